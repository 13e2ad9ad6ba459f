package io.graft.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.digest.Digests;
import io.graft.problem.ProblemType;

class FolderStoreTest extends ObjectStoreContract {

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;

    @Override
    ObjectStoreConfig config() {
        return new ObjectStoreConfig(URI.create("file://" + folder + "/of%20objects"));
    }

    /** A file is where the folder should be: that stops root too. */
    @Override
    ObjectStoreConfig refusing() {
        try {
            Files.write(folder.resolve("file"), new byte[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ObjectStoreConfig(URI.create("file://" + folder + "/file"));
    }

    @Override
    String remedy() {
        return "(expected: a folder in which the service's user may read, and the trainer's write";
    }

    @Override
    void damage(URI uri, byte[] bytes) throws IOException {
        Files.write(Path.of(uri), bytes);
    }

    @Override
    Object stamp(URI uri) throws IOException {
        return Files.getAttribute(Path.of(uri), "unix:ino");
    }

    @Test
    void leavesNothingButWholeFilesBehindWhenManyStoreAtOnce() throws Exception {
        // Given
        byte[] bytes = bytes(1_000_000);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (ObjectStore store = ObjectStores.open(config())) {
            Callable<URI> put = () -> store.put("a.bin", bytes);

            // When
            List<Future<URI>> uris = threads.invokeAll(Collections.nCopies(32, put));

            // Then
            for (Future<URI> uri : uris) {
                assertThat(store.get(uri.get(), Digests.sha256Hex(bytes), bytes.length)).isEqualTo(bytes);
            }
        } finally {
            threads.shutdownNow();
        }
        try (Stream<Path> files = Files.walk(Path.of(config().url()))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
    }

    @Test
    void tellsAFolderThatIsNotMountedFromAFileThatIsNotThere() {
        // Given
        String sha256 = Digests.sha256Hex(bytes(1));
        URI uri = URI.create(config().url() + "/" + sha256 + "/a.bin");

        try (ObjectStore store = ObjectStores.open(config())) {
            // When
            Runnable get = () -> store.get(uri, sha256, 1);

            // Then
            assertProblem(get, ProblemType.BROKEN, "OBJECT_STORE_BROKEN", "object store " + config().url()
                    + " is no folder " + remedy() + ", at the same path on both services)");
        }
    }
}
