package io.graft.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reference values and photographs beside the repository, {@code ../shared} or {@code -Dgraft.shared}: too large to be part of
 * it. A test that needs them is skipped without them, and says so.
 */
public final class SharedFolder {

    private SharedFolder() {
    }

    /** A file or folder in it; ends the test as skipped when it is not there. */
    public static Path require(String path) {
        Path file = root().resolve(path);
        boolean present = Files.exists(file);
        if (!present) {
            System.out
                    .println("SKIPPED a test: shared/" + path + " is not there (set -Dgraft.shared to the folder that has it)");
        }
        assumeTrue(present, "shared/" + path + " is not there");
        return file;
    }

    private static Path root() {
        String configured = System.getProperty("graft.shared");
        if (configured != null) {
            return Path.of(configured);
        }
        Path repository = Path.of("").toAbsolutePath();
        while (repository.getParent() != null && !Files.exists(repository.resolve("mvnw"))
                && !Files.exists(repository.resolve(".mvn"))) {
            repository = repository.getParent();
        }
        return repository.resolveSibling("shared");
    }

    /** Little-endian float32, as in every {@code .f32} file. */
    public static float[] floats(String path) {
        byte[] bytes = bytes(require(path));
        float[] floats = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }

    public static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
