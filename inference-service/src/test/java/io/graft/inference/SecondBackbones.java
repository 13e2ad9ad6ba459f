package io.graft.inference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import io.graft.backbone.RuleWeights;
import io.graft.backbone.TorchArchive;
import io.graft.digest.Digests;
import io.graft.testing.TemporaryFolder;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/**
 * Weights of three backbones beside the bundled one: {@code deeper}; {@code damaged}, whose file is not what its digest says;
 * and {@code module}, a TorchScript module whose features are the mean color.
 */
public final class SecondBackbones implements QuarkusTestResourceLifecycleManager {

    static final String EXPECTED = "0".repeat(64);

    private static final String MODULE = """
            class Extractor(Module):
              __parameters__ = []
              __buffers__ = []
              def forward(self: __torch__.Extractor,
                x: Tensor) -> Tensor:
                return torch.mean(x, [2, 3])
            """;

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
            Path module = Files.write(folder.path().resolve("module.pt"), TorchArchive.of("Extractor", MODULE));
            return Map.of("graft.backbones.deeper.weights", deeper.toString(), "graft.backbones.damaged.weights",
                    damaged.toString(), "graft.backbones.damaged.sha256", EXPECTED,
                    "graft.backbones.module.weights", module.toString(), "graft.backbones.module.sha256",
                    Digests.sha256Hex(module), "graft.backbones.module.architecture", "torchscript");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        folder.close();
    }
}
