package io.graft.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.graft.backbone.Backbone;
import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.sample.SampleContent;

/**
 * Prints the figures of the documentation; arguments choose among {@code forward}, {@code embed}, {@code kafka}, {@code head},
 * {@code auto}, {@code job}, {@code replay}, {@code serving}, {@code swaps}, {@code text}, {@code blocks}, {@code last-block}.
 */
public final class Benchmarks {

    private static final List<String> ALL = List.of("forward", "embed", "kafka", "head", "auto", "job", "replay", "serving",
            "swaps", "text", "blocks", "last-block");

    private Benchmarks() {
    }

    public static void main(String[] arguments) throws Exception {
        List<String> chosen = arguments.length == 0 ? ALL : Arrays.asList(arguments);
        List<String> unknown = new ArrayList<>(chosen);
        unknown.removeAll(ALL);
        if (!unknown.isEmpty()) {
            System.err.println("benchmark " + unknown + " does not exist (expected: some of " + ALL + ")");
            System.exit(2);
        }
        try (Backbones backbones = Backbones.open(BackbonesConfig.BUNDLED); PlainResNet plain = new PlainResNet()) {
            Backbone backbone = backbones.image();
            System.out.println(Machine.describe(backbone.descriptor()));
            Photographs photographs = Photographs.find(backbone);
            System.out.println("images: " + photographs.contents().size() + " " + photographs.source());
            if (chosen.contains("forward")) {
                BackboneForward.measure(backbone, plain, photographs, 1);
                BackboneForward.measure(backbone, plain, photographs, 16);
            }
            if (chosen.contains("embed")) {
                EmbeddingThroughput.measure(backbone, photographs);
            }
            if (chosen.contains("kafka")) {
                KafkaThroughput.measure(backbone, photographs);
            }
            if (chosen.contains("head")) {
                HeadTrainer.measure();
            }
            if (chosen.contains("auto")) {
                AutoSearch.measure();
            }
            if (chosen.contains("job")) {
                TextbookJob.measure(backbone, plain, photographs);
            }
            if (chosen.contains("replay")) {
                FeatureReplay.measure();
            }
            if (chosen.contains("serving")) {
                Serving.measure(backbone, photographs);
            }
            if (chosen.contains("swaps")) {
                Serving.measureSwaps(backbone, photographs);
            }
            if (chosen.contains("text")) {
                TextEmbedding.measure(backbones.forContent(new SampleContent.Text("any")));
            }
            if (chosen.contains("blocks")) {
                VersionsWithBlocks.measure(backbones, photographs);
            }
            if (chosen.contains("last-block")) {
                LastBlock.measure(photographs);
            }
        }
    }
}
