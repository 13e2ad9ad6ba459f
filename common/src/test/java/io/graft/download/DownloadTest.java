package io.graft.download;

import static io.graft.download.ScriptedServer.chunk;
import static io.graft.download.ScriptedServer.fallSilent;
import static io.graft.download.ScriptedServer.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.digest.Digests;
import io.graft.download.ScriptedServer.Answer;
import io.graft.problem.Problem;
import io.graft.testing.Await;

/** Answers that say no length, end early, or never end. */
class DownloadTest {

    private static final int SIZE = 200_000;
    private static final int HALF = 100_000;
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofSeconds(5);

    private final byte[] content = new byte[SIZE];
    private String sha256 = "";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;

    @BeforeEach
    void fill() {
        new Random(6).nextBytes(content);
        sha256 = Digests.sha256Hex(content);
    }

    private byte[] fetch(ScriptedServer server, Duration timeMax, Duration silenceMax) throws IOException {
        DownloadRules rules = new DownloadRules(folder, SIZE, timeMax, silenceMax);
        try (FileChannel file = new DownloadCache(rules).open(server.uri(), sha256)) {
            return Channels.newInputStream(file).readAllBytes();
        }
    }

    private Path part() {
        return folder.resolve(sha256).resolve("part");
    }

    private byte[] firstHalf() {
        return Arrays.copyOf(content, HALF);
    }

    private byte[] secondHalf() {
        return Arrays.copyOfRange(content, HALF, SIZE);
    }

    /** A client that sees a connection end early may drop what it has not handed on yet. */
    private void awaitFirstHalf(OutputStream out) throws IOException {
        out.flush();
        Await.until("the first half has been kept", () -> part().toFile().length() == HALF);
    }

    private Answer rest() {
        return out -> {
            head(out, "206 Partial Content", "Content-Range: bytes " + HALF + "-" + (SIZE - 1) + "/" + SIZE
                    + "\r\nContent-Length: " + (SIZE - HALF));
            out.write(secondHalf());
        };
    }

    @Test
    void takesAnAnswerInChunks() throws IOException {
        try (ScriptedServer server = new ScriptedServer(out -> {
            head(out, "200 OK", "Transfer-Encoding: chunked");
            chunk(out, firstHalf());
            chunk(out, secondHalf());
            chunk(out, new byte[0]);
        })) {
            assertThat(fetch(server, LONG, LONG)).isEqualTo(content);
            assertThat(server.ranges()).containsExactly("all");
        }
    }

    @Test
    void goesOnWhereAnAnswerInChunksEndsEarly() throws IOException {
        try (ScriptedServer server = new ScriptedServer(out -> {
            head(out, "200 OK", "Transfer-Encoding: chunked");
            chunk(out, firstHalf());
            awaitFirstHalf(out);
        }, rest())) {
            assertThat(fetch(server, LONG, LONG)).isEqualTo(content);
            assertThat(server.ranges()).containsExactly("all", "bytes=100000-");
        }
    }

    @Test
    void goesOnWhereTheServerClosesEarly() throws IOException {
        try (ScriptedServer server = new ScriptedServer(out -> {
            head(out, "200 OK", "Content-Length: " + SIZE);
            out.write(firstHalf());
            awaitFirstHalf(out);
        }, rest())) {
            assertThat(fetch(server, LONG, LONG)).isEqualTo(content);
            assertThat(server.ranges()).containsExactly("all", "bytes=100000-");
        }
    }

    /** Without a length and without chunks the end is where the server closes. */
    @Test
    void findsByItsDigestWhatEndsEarlyUnseen() throws IOException {
        try (ScriptedServer server = new ScriptedServer(out -> {
            head(out, "200 OK", "Content-Type: application/octet-stream");
            out.write(firstHalf());
        })) {
            assertThatThrownBy(() -> fetch(server, LONG, LONG)).isInstanceOf(Problem.class).hasMessage(server.uri()
                    + " has SHA-256 " + Digests.sha256Hex(firstHalf()) + " (expected: " + sha256 + ")");
            assertThat(part()).doesNotExist();
        }
    }

    @Test
    void endsWhereTheServerSaysNothingAtAll() throws IOException {
        try (ScriptedServer server = new ScriptedServer(out -> fallSilent())) {
            assertThatThrownBy(() -> fetch(server, LONG, SHORT)).isInstanceOf(Problem.class)
                    .hasMessageStartingWith(server.uri() + " cannot be fetched: java.net.http.HttpTimeoutException")
                    .hasMessageEndingWith(
                            "(expected: a way to it, or the file itself at " + part().resolveSibling("file") + ")");
        }
    }

    /** The first answer brings something, so there is a second one; it brings nothing. */
    @Test
    void endsWhereTheServerFallsSilentAgain() throws IOException {
        try (ScriptedServer server = new ScriptedServer(out -> {
            head(out, "200 OK", "Content-Length: " + SIZE);
            out.write(firstHalf());
            fallSilent();
        }, out -> {
            head(out, "206 Partial Content", "Content-Range: bytes " + HALF + "-" + (SIZE - 1) + "/" + SIZE);
            fallSilent();
        })) {
            assertThatThrownBy(() -> fetch(server, LONG, SHORT)).isInstanceOf(Problem.class)
                    .hasMessageStartingWith(server.uri() + " cannot be fetched: java.io.IOException: nothing came for PT5S"
                            + " (expected: a way to it, or the file itself at ");
            assertThat(part()).hasBinaryContent(firstHalf());
        }
    }

    /** Something always comes, and never enough. */
    @Test
    void endsWhenItsTimeIsOverAndGoesOnThereNextTime() throws IOException {
        try (ScriptedServer server = new ScriptedServer(out -> {
            head(out, "200 OK", "Content-Length: " + SIZE);
            for (byte next : content) {
                out.write(next);
                out.flush();
                LockSupport.parkNanos(1_000_000);
            }
        })) {
            assertThatThrownBy(() -> fetch(server, SHORT, LONG)).isInstanceOf(Problem.class)
                    .hasMessageStartingWith(
                            server.uri() + " cannot be fetched: java.io.IOException: its time of PT5S is over");
        }
        byte[] begun = Files.readAllBytes(part());
        assertThat(begun).isNotEmpty().isEqualTo(Arrays.copyOf(content, begun.length));
        try (ScriptedServer server = new ScriptedServer(out -> {
            head(out, "206 Partial Content", "Content-Range: bytes " + begun.length + "-" + (SIZE - 1) + "/" + SIZE);
            out.write(content, begun.length, SIZE - begun.length);
        })) {
            assertThat(fetch(server, LONG, LONG)).isEqualTo(content);
            assertThat(server.ranges()).containsExactly("bytes=" + begun.length + "-");
        }
    }

    @Test
    void asksNobodyForAFileThatHadComeWhole() throws IOException {
        // Given
        Files.createDirectories(part().getParent());
        Files.write(part(), content);
        try (ScriptedServer server = new ScriptedServer(out -> head(out, "416 Range Not Satisfiable", "Content-Length: 0"))) {
            // When // Then
            assertThat(fetch(server, LONG, LONG)).isEqualTo(content);
            assertThat(server.ranges()).isEmpty();
        }
    }

    @Test
    void beginsAgainWhereWhatHadComeIsLongerThanTheFile() throws IOException {
        // Given
        Files.createDirectories(part().getParent());
        Files.write(part(), Arrays.copyOf(content, SIZE + 1));
        try (ScriptedServer server = new ScriptedServer(
                out -> head(out, "416 Range Not Satisfiable", "Content-Length: 0"), out -> {
                    head(out, "200 OK", "Content-Length: " + SIZE);
                    out.write(content);
                })) {
            // When // Then
            assertThat(fetch(server, LONG, LONG)).isEqualTo(content);
            assertThat(server.ranges()).containsExactly("bytes=200001-", "all");
        }
    }
}
