package io.graft.inference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import io.graft.backbone.RuleWeights;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/**
 * Weights of two backbones beside the bundled one: {@code deeper}, and {@code damaged}, whose file is not what its digest says.
 */
public final class SecondBackbones implements QuarkusTestResourceLifecycleManager {

    static final String EXPECTED = "0".repeat(64);

    private final Path folder = temporaryFolder();

    /** Where the weights of a backbone lie. */
    static Path file(Path folder, String name) {
        return folder.resolve(name + ".safetensors");
    }

    @Override
    public Map<String, String> start() {
        try {
            Path deeper = Files.write(file(folder, "deeper"), RuleWeights.file("resnet34"));
            Path damaged = Files.write(file(folder, "damaged"), new byte[] { 1, 2, 3 });
            return Map.of("graft.backbones.deeper.weights", deeper.toString(), "graft.backbones.damaged.weights",
                    damaged.toString(), "graft.backbones.damaged.sha256", EXPECTED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        try {
            Files.delete(file(folder, "deeper"));
            Files.delete(file(folder, "damaged"));
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("graft-weights-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
