package io.graft.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.backbone.Backbones;
import io.graft.backbone.FineTuning;
import io.graft.backbone.TailFit;
import io.graft.tail.Depth;
import io.graft.tail.Tail;
import io.graft.tensor.Tensor;

/**
 * A batch whose inputs all belong to versions with trained blocks of their own: against a whole network for each version, and
 * against the same batch through the backbone's own blocks.
 */
final class VersionsWithBlocks {

    private static final int BATCH_SIZE = 8;

    private VersionsWithBlocks() {
    }

    static void measure(Backbones backbones, Photographs photographs) throws Exception {
        Backbone backbone = backbones.image();
        List<byte[]> inputs = photographs.contents().subList(0, BATCH_SIZE).stream().map(backbone::prepare).toList();
        List<Optional<Tail>> blocks = different(tail(backbones, Depth.LAST_BLOCK, inputs));
        List<Optional<Tail>> networks = different(tail(backbones, Depth.ALL, inputs));
        try (BackboneWorker worker = backbone.openWorker(BATCH_SIZE)) {
            Duel.Side own = new Duel.Side("each input with last blocks of its own",
                    () -> worker.embedWithTails(inputs, blocks), 1);
            new Duel(BATCH_SIZE + " versions in a batch of " + BATCH_SIZE, "above 1 ×", 2, 9)
                    .fight(new Duel.Side("a whole network for each", () -> worker.embedWithTails(inputs, networks), 1), own);
            new Duel("what blocks of one's own cost in a batch of " + BATCH_SIZE, "near 1 ×", 2, 9)
                    .fight(new Duel.Side("the backbone's own blocks for all", () -> worker.embed(inputs), 1), own);
            System.out.printf(Locale.ROOT, "  a version keeps %.1f MB of blocks, a whole network %.1f MB%n",
                    blocks.get(0).orElseThrow().sizeBytes() / 1e6, networks.get(0).orElseThrow().sizeBytes() / 1e6);
        }
    }

    /** The backbone's own blocks, as a run finds them. */
    private static Tail tail(Backbones backbones, Depth depth, List<byte[]> inputs) {
        int dimension = backbones.image().descriptor().dimension();
        float[] ones = new float[dimension];
        Arrays.fill(ones, 1);
        try (FineTuning tuning = backbones.fineTuning(backbones.image().descriptor().id(), depth, inputs.size(), 1 << 28)) {
            tuning.add(inputs);
            try (TailFit fit = tuning.fit(new int[inputs.size()], new float[dimension], ones, new float[2 * dimension],
                    new float[2])) {
                return fit.parameters().tail();
            }
        }
    }

    /** One for each input of a batch, told apart by a number in which they differ. */
    private static List<Optional<Tail>> different(Tail tail) {
        List<Optional<Tail>> tails = new ArrayList<>();
        for (int i = 0; i < BATCH_SIZE; i++) {
            Map<String, Tensor> tensors = new LinkedHashMap<>(tail.tensors());
            int number = i;
            tensors.replaceAll((name, tensor) -> {
                float[] values = tensor.values().clone();
                values[0] += number * 1e-3f;
                return new Tensor(tensor.shape(), values);
            });
            tails.add(Optional.of(Tail.decode(Tail.encode(tail.depth(), tensors))));
        }
        return tails;
    }
}
