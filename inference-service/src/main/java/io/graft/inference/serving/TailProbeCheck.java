package io.graft.inference.serving;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady.TailProbe;
import io.graft.problem.Problem;
import io.graft.tail.Tail;

/** Holds what blocks make of a drawn picture against what they made of it where they were trained. */
final class TailProbeCheck {

    /** Of the cosine: half precision changes it by some 0.0001. */
    static final double COSINE_MIN = 0.999;

    private TailProbeCheck() {
    }

    /** Runs the blocks once. @throws Problem INVALID {@code MODEL_TAIL_INVALID} or {@code MODEL_TAIL_PROBE_FAILED} */
    static void run(ModelKey key, TailProbe probe, Backbone backbone, Tail tail) {
        if (!backbone.hasTails()) {
            throw ModelVerifier.invalid("MODEL_TAIL_INVALID", key, "has blocks of its own for backbone '"
                    + backbone.descriptor().id() + "' (expected: a backbone that can have some)");
        }
        float[] expected = numbers(key, probe, backbone.descriptor().dimension());
        try (BackboneWorker worker = backbone.openWorker(1)) {
            float[] actual = worker.embedWithTails(List.of(backbone.noise(probe.seed())), List.of(Optional.of(tail)))
                    .features()[0];
            double cosine = cosine(expected, actual);
            // Written so that NaN fails.
            if (!(cosine >= COSINE_MIN)) {
                throw ModelVerifier.invalid("MODEL_TAIL_PROBE_FAILED", key, "has blocks that answer its probe with a cosine of "
                        + cosine + " here (expected: at least " + COSINE_MIN + ", as where they were trained)");
            }
        } catch (Problem e) {
            throw e.code().equals("TAIL_INVALID")
                    ? ModelVerifier.invalid("MODEL_TAIL_INVALID", key, "has blocks that do not fit: " + e.sentence())
                    : e;
        }
    }

    private static float[] numbers(ModelKey key, TailProbe probe, int dimension) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(probe.feature());
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("MODEL_TAIL_INVALID", "model '" + key + "' has a probe that is not base64", e);
        }
        if (bytes.length != dimension * Float.BYTES) {
            throw ModelVerifier.invalid("MODEL_TAIL_INVALID", key, "has a probe of " + bytes.length + " bytes (expected: "
                    + dimension + " float32 numbers)");
        }
        float[] numbers = new float[dimension];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
        return numbers;
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresOfA = 0;
        double squaresOfB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresOfA += (double) a[i] * a[i];
            squaresOfB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresOfA * squaresOfB);
    }
}
