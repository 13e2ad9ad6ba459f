package io.graft.benchmark;

import java.nio.ByteBuffer;
import java.util.List;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;

/** One forward pass on one thread: the usual float32 module, given normalized floats, against the backbone, given bytes. */
final class BackboneForward {

    private static final int INPUTS_PER_ROUND = 64;

    private BackboneForward() {
    }

    static void measure(Backbone backbone, PlainResNet plain, Photographs photographs, int batchSize) throws Exception {
        List<byte[]> inputs = photographs.contents().subList(0, batchSize).stream().map(backbone::prepare).toList();
        ByteBuffer normalized = plain.normalize(inputs);
        int repetitions = INPUTS_PER_ROUND / batchSize;
        String target = batchSize == 1 ? "at least 2.5 × in bfloat16" : "at least 4 × in bfloat16";
        try (BackboneWorker worker = backbone.openWorker(batchSize)) {
            new Duel("backbone, one forward pass, batch of " + batchSize, target, 2, 9).fight(
                    new Duel.Side("usual float32 TorchScript module", () -> {
                        for (int i = 0; i < repetitions; i++) {
                            plain.forward(normalized, batchSize);
                        }
                    }, 1.0 / repetitions),
                    new Duel.Side("Graft's " + backbone.descriptor().precision() + " program", () -> {
                        for (int i = 0; i < repetitions; i++) {
                            worker.embed(inputs);
                        }
                    }, 1.0 / repetitions));
        }
    }
}
