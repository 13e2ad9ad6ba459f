package io.graft.inference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import io.graft.backbone.RuleWeights;
import io.graft.backbone.TorchArchive;
import io.graft.digest.Digests;
import io.graft.testing.TemporaryFolder;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/**
 * Four backbones beside the bundled one: {@code deeper}; {@code damaged}, whose file is not what its digest says;
 * {@code module}, a TorchScript module whose features are the mean color; and {@code remote}, from a server that is not there.
 */
public final class SecondBackbones implements QuarkusTestResourceLifecycleManager {

    /** Nobody listens there. */
    static final String REMOTE = "http://127.0.0.1:1/resnet50.pth";
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
            Map<String, String> keys = new HashMap<>();
            keys.put("graft.backbones.deeper.weights", deeper.toString());
            keys.put("graft.backbones.damaged.weights", damaged.toString());
            keys.put("graft.backbones.damaged.sha256", EXPECTED);
            keys.put("graft.backbones.module.weights", module.toString());
            keys.put("graft.backbones.module.sha256", Digests.sha256Hex(module));
            keys.put("graft.backbones.module.architecture", "torchscript");
            keys.put("graft.backbones.remote.weights", REMOTE + "?token=secret");
            keys.put("graft.backbones.remote.sha256", EXPECTED);
            keys.put("graft.backbones.remote.architecture", "resnet50");
            keys.put("graft.backbone.download-folder", folder.path().resolve("fetched").toString());
            return keys;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        folder.close();
    }
}
