package io.graft.inference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import io.graft.backbone.RuleWeights;
import io.graft.testing.TemporaryFolder;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/**
 * Weights of two backbones beside the bundled one: {@code deeper}, and {@code damaged}, whose file is not what its digest says.
 */
public final class SecondBackbones implements QuarkusTestResourceLifecycleManager {

    static final String EXPECTED = "0".repeat(64);

    private final TemporaryFolder folder = TemporaryFolder.create("graft-weights-");

    /** Where the weights of a backbone lie. */
    static Path file(Path folder, String name) {
        return folder.resolve(name + ".safetensors");
    }

    @Override
    public Map<String, String> start() {
        try {
            Path deeper = Files.write(file(folder.path(), "deeper"), RuleWeights.file("resnet34"));
            Path damaged = Files.write(file(folder.path(), "damaged"), new byte[] { 1, 2, 3 });
            return Map.of("graft.backbones.deeper.weights", deeper.toString(), "graft.backbones.damaged.weights",
                    damaged.toString(), "graft.backbones.damaged.sha256", EXPECTED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        folder.close();
    }
}
