package io.graft.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.sun.net.httpserver.HttpExchange;

import io.graft.digest.Digests;
import io.graft.problem.Problem;
import io.graft.testing.WebServer;

/** From a real server, which breaks off in the middle as often as a test wants. */
class DownloadCacheTest {

    private static final int SIZE = 300_000;
    private static final int BREAK = 100_000;
    private static final long LOOK_AGAIN_MS = 10;

    private final byte[] content = new byte[SIZE];
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    /** Answers that end early, from the first on. */
    private final AtomicInteger breakCount = new AtomicInteger();
    private volatile boolean takesRanges = true;
    private volatile boolean falls;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;
    @SuppressWarnings("NullAway.Init") // set before each test
    private WebServer server;
    private String sha256 = "";

    @BeforeEach
    void serve() throws IOException {
        new Random(5).nextBytes(content);
        sha256 = Digests.sha256Hex(content);
        server = WebServer.start().answer("/weights.pth", this::answer);
    }

    @AfterEach
    void stop() {
        server.close();
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(range == null ? "all" : range);
        int begin = 0;
        if (range != null && takesRanges) {
            begin = Integer.parseInt(range.replaceAll("[^0-9]", ""));
            exchange.getResponseHeaders().set("Content-Range", "bytes " + begin + "-" + (SIZE - 1) + "/" + SIZE);
        }
        exchange.sendResponseHeaders(begin > 0 ? 206 : 200, SIZE - begin);
        OutputStream body = exchange.getResponseBody();
        if (breakCount.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
            int end = Math.min(SIZE, begin + BREAK);
            body.write(content, begin, end - begin);
            body.flush();
            awaitArrived(end);
            if (falls) {
                server.awaitEnd();
            }
            exchange.close();
            return;
        }
        body.write(content, begin, SIZE - begin);
        exchange.close();
    }

    /** A connection that is closed takes with it what its client has not read. */
    private void awaitArrived(int byteCount) throws IOException {
        Path part = folder.resolve(sha256).resolve("part");
        boolean arrived = false;
        while (!arrived) {
            arrived = server.awaitEnd(LOOK_AGAIN_MS) || (Files.exists(part) && Files.size(part) >= byteCount);
        }
    }

    private URI uri() {
        return server.uri("/weights.pth");
    }

    private DownloadCache cache() {
        return new DownloadCache(new DownloadRules(folder, SIZE, Duration.ofMinutes(1)));
    }

    /** What the cache opens, read to its end. */
    private byte[] fetch(DownloadCache cache) {
        try (FileChannel file = cache.open(uri(), sha256)) {
            return Channels.newInputStream(file).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path kept() {
        return folder.resolve(sha256).resolve("file");
    }

    @Test
    void fetchesOnceAndKeepsTheFileByItsDigest() throws IOException {
        // When
        byte[] fetched = fetch(cache());
        // Then
        assertThat(fetched).isEqualTo(content);
        assertThat(fetch(cache())).isEqualTo(content);
        assertThat(kept()).hasBinaryContent(content);
        assertThat(ranges).containsExactly("all");
        assertThat(folder.resolve(sha256).resolve("part")).doesNotExist();
    }

    @Test
    void goesOnWhereTheServerBrokeOff() {
        // Given
        breakCount.set(2);
        // When
        byte[] fetched = fetch(cache());
        // Then
        assertThat(fetched).isEqualTo(content);
        assertThat(ranges).containsExactly("all", "bytes=100000-", "bytes=200000-");
    }

    @Test
    void beginsAgainWhereTheServerTakesNoRanges() {
        // Given
        breakCount.set(1);
        takesRanges = false;
        // When
        byte[] fetched = fetch(cache());
        // Then
        assertThat(fetched).isEqualTo(content);
        assertThat(ranges).containsExactly("all", "bytes=100000-");
    }

    @Test
    void goesOnWhereAnEarlierProcessWasKilled() throws IOException {
        // Given
        Files.createDirectories(folder.resolve(sha256));
        Files.write(folder.resolve(sha256).resolve("part"), Arrays.copyOf(content, 123));
        // When
        byte[] fetched = fetch(cache());
        // Then
        assertThat(fetched).isEqualTo(content);
        assertThat(ranges).containsExactly("bytes=123-");
    }

    /** It keeps the connection and sends nothing. */
    @Test
    void breaksOffWhereNothingComes() {
        // Given
        breakCount.set(1);
        falls = true;
        DownloadRules impatient = new DownloadRules(folder, SIZE, Duration.ofMinutes(1), Duration.ofSeconds(5));
        // When
        byte[] fetched = fetch(new DownloadCache(impatient));
        // Then
        assertThat(fetched).isEqualTo(content);
        assertThat(ranges).containsExactly("all", "bytes=100000-");
    }

    @Test
    void fetchesADamagedFileAgain() throws IOException {
        // Given
        fetch(cache());
        byte[] damaged = content.clone();
        damaged[7]++;
        Files.write(kept(), damaged);
        // When
        byte[] again = fetch(cache());
        // Then
        assertThat(again).isEqualTo(content);
        assertThat(ranges).containsExactly("all", "all");
    }

    @Test
    void refusesAnotherFileAndForgetsIt() {
        // Given
        String other = "0".repeat(64);
        // When // Then
        assertThatThrownBy(() -> cache().open(uri(), other)).isInstanceOf(Problem.class)
                .hasMessage(uri() + " has SHA-256 " + sha256 + " (expected: " + other + ")");
        assertThat(folder.resolve(other).resolve("part")).doesNotExist();
        assertThat(folder.resolve(other).resolve("file")).doesNotExist();
    }

    @Test
    void refusesMoreThanItMayTake() {
        DownloadCache narrow = new DownloadCache(new DownloadRules(folder, SIZE - 1, Duration.ofMinutes(1)));
        assertThatThrownBy(() -> narrow.open(uri(), sha256)).isInstanceOf(Problem.class)
                .hasMessage(uri() + " has 300000 bytes or more (expected: at most 299999)");
    }

    @Test
    void saysWhatToDoWhereNoServerIs() {
        // Given
        URI uri = uri();
        server.stop();
        Path file = folder.resolve(sha256).resolve("file");
        // When // Then
        assertThatThrownBy(() -> cache().open(uri, sha256)).isInstanceOf(Problem.class)
                .hasMessageStartingWith(uri + " cannot be fetched: java.net.ConnectException")
                .hasMessageEndingWith(" (expected: a way to it, or the file itself at " + file + ")");
    }

    @Test
    void saysWhatTheServerAnswered() {
        URI missing = URI.create(uri().toString().replace("weights", "missing") + "?token=secret");
        assertThatThrownBy(() -> cache().open(missing, sha256)).isInstanceOf(Problem.class)
                .hasMessageContaining("missing.pth cannot be fetched: java.io.IOException: the server answered 404")
                .message().doesNotContain("secret");
    }

    @Test
    void fetchesOnceForAllWhoNeedItAtOnce() throws Exception {
        // When
        List<CompletableFuture<byte[]>> fetched = List.of(CompletableFuture.supplyAsync(() -> fetch(cache()), threads),
                CompletableFuture.supplyAsync(() -> fetch(cache()), threads));
        // Then
        for (CompletableFuture<byte[]> bytes : fetched) {
            assertThat(bytes.get(5, TimeUnit.MINUTES)).isEqualTo(content);
        }
        assertThat(ranges).containsExactly("all");
    }

    @Test
    void opensTheVeryFileThatItVerified() throws IOException {
        // Given
        fetch(cache());
        try (FileChannel file = cache().open(uri(), sha256)) {
            // When
            Path other = Files.write(folder.resolve("other"), new byte[SIZE]);
            Files.move(other, kept(), StandardCopyOption.REPLACE_EXISTING);
            // Then
            assertThat(Channels.newInputStream(file).readAllBytes()).isEqualTo(content);
        }
    }

    /** As on a volume that can only be read: nobody may make a lock there. */
    @Test
    void takesAFileThatIsThereWithoutALock() throws IOException {
        // Given
        Files.createDirectories(folder.resolve(sha256).resolve("lock"));
        Files.write(kept(), content);
        // When // Then
        assertThat(fetch(cache())).isEqualTo(content);
        assertThat(ranges).isEmpty();
    }

    @Test
    void makesItsFolderForItsUserAlone() throws IOException {
        // Given
        Path made = folder.resolve("graft-weights");
        // When
        fetch(new DownloadCache(new DownloadRules(made, SIZE, Duration.ofMinutes(1))));
        // Then
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made))).isEqualTo("rwx------");
    }

    @Test
    void refusesAFolderThatOthersWriteTo() throws IOException {
        // Given
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        // When // Then
        assertThatThrownBy(() -> cache().open(uri(), sha256)).isInstanceOf(Problem.class)
                .hasMessage("download folder " + folder + " belongs to " + Files.getOwner(folder).getName()
                        + " and is rwxrwxrwx (expected: of " + System.getProperty("user.name")
                        + " or root, writable for its owner only)");
        assertThat(ranges).isEmpty();
    }

    @Test
    void refusesAFolderOfAnotherUser() throws IOException {
        // Given
        int owner = (Integer) Files.getAttribute(folder, "unix:uid");
        // When // Then
        assertThatThrownBy(() -> PrivateFolder.require(folder, Set.of(owner + 1))).isInstanceOf(Problem.class)
                .hasMessageStartingWith("download folder " + folder + " belongs to " + Files.getOwner(folder).getName());
    }
}
