package io.graft.backbone;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;

/** The process of {@link ZooTest}: opens the zoo's ResNet-18 and prints what became of it. */
final class ZooProbe {

    static final String DIGEST = "DIGEST ";
    static final String FIRST = "FIRST ";
    static final String PROBLEM = "PROBLEM ";

    private ZooProbe() {
    }

    /** Opens, prints and ends; takes no arguments. */
    public static void main(String... arguments) {
        BackboneConfig config = new BackboneConfig(new BackboneId("zoo"),
                Optional.of("djl://ai.djl.pytorch/resnet18_embedding"), Optional.empty(),
                Map.of("architecture", "resnet18", "resize", "224"), "float32", "cpu");
        try (Backbones backbones = Backbones.open(BackbonesConfig.of(config));
                BackboneWorker worker = backbones.image().openWorker(1)) {
            System.out.println(DIGEST + backbones.image().descriptor().sha256());
            System.out.println(FIRST + worker.embed(List.of(RuleWeights.image(0)))[0][0]);
        } catch (Problem e) {
            System.out.println(PROBLEM + e.sentence());
        }
    }
}
