package io.graft.backbone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.graft.download.DownloadRules;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;

/** The process of {@link ZooOnDisk}: opens the zoo's ResNet-18 and prints what became of it. */
final class ZooProbe {

    static final String DIGEST = "DIGEST ";
    static final String FIRST = "FIRST ";
    static final String PROBLEM = "PROBLEM ";
    /** The backbone's own digest. */
    static final String EXPECTED = "83150647ec697368f190d58e76a13667074c4cd4213b5e47e243178e0e0842bd";

    private ZooProbe() {
    }

    /** Opens, prints and ends; takes the folder for what is fetched, and the milliseconds that a server may be silent. */
    public static void main(String... arguments) {
        BackboneConfig config = new BackboneConfig(new BackboneId("zoo"),
                Optional.of("djl://ai.djl.pytorch/resnet18_embedding"), Optional.empty(),
                Map.of("architecture", "resnet18", "resize", "224"), "float32", "cpu");
        BackbonesConfig usual = BackbonesConfig.of(config);
        DownloadRules downloads = new DownloadRules(Path.of(arguments[0]), DownloadRules.SIZE_BYTES_MAX, Duration.ofMinutes(2),
                Duration.ofMillis(Long.parseLong(arguments[1])));
        try (Backbones backbones = Backbones.open(new BackbonesConfig(usual.byId(), usual.image(), usual.imageBytesMax(),
                usual.imagePixelsMax(), usual.openCountMax(), usual.retryDelay(), downloads));
                BackboneWorker worker = backbones.image().openWorker(1)) {
            System.out.println(DIGEST + backbones.image().descriptor().sha256());
            System.out.println(FIRST + worker.embed(List.of(RuleWeights.image(0)))[0][0]);
        } catch (Problem e) {
            System.out.println(PROBLEM + e.sentence());
        }
    }
}
