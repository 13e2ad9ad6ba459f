package io.graft.inference.serving;

import static io.graft.inference.serving.ModelVerifier.invalid;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;

import io.graft.head.Head;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady.SelfTest;
import io.graft.problem.Problem;

/** Computes a model's self-test again: other probabilities than where it was trained mean that it must not serve here. */
final class SelfTestCheck {

    /** Far above what the order of a sum changes, far below what a prediction would notice. */
    static final double TOLERANCE = 1e-4;
    private static final int SAMPLE_COUNT_MAX = 1000;

    private SelfTestCheck() {
    }

    /** @throws Problem INVALID {@code MODEL_SELF_TEST_INVALID} or {@code MODEL_SELF_TEST_FAILED} */
    static void run(ModelKey key, SelfTest selfTest, Head head) {
        ByteBuffer features = features(key, selfTest);
        List<List<Float>> expected = selfTest.probabilities();
        int rowBytes = head.dimension() * Float.BYTES;
        if (expected.isEmpty() || expected.size() > SAMPLE_COUNT_MAX
                || features.remaining() != (long) expected.size() * rowBytes) {
            throw invalid("MODEL_SELF_TEST_INVALID", key, "has a self-test of " + features.remaining()
                    + " bytes of features for " + expected.size() + " rows of probabilities (expected: 1 to "
                    + SAMPLE_COUNT_MAX + " rows and " + rowBytes + " bytes for each)");
        }
        float[] feature = new float[head.dimension()];
        for (int row = 0; row < expected.size(); row++) {
            features.asFloatBuffer().get(feature);
            features.position(features.position() + rowBytes);
            compare(key, row, expected.get(row), head.probabilities(feature));
        }
    }

    private static void compare(ModelKey key, int row, List<Float> expected, float[] actual) {
        if (expected.size() != actual.length) {
            throw invalid("MODEL_SELF_TEST_INVALID", key, "has a self-test with " + expected.size()
                    + " probabilities in row " + row + " (expected: " + actual.length + ", one for each label)");
        }
        for (int label = 0; label < actual.length; label++) {
            // Written so that NaN fails.
            if (!(Math.abs(actual[label] - expected.get(label)) <= TOLERANCE)) {
                throw invalid("MODEL_SELF_TEST_FAILED", key, "computes probability[" + row + "][" + label + "] = "
                        + actual[label] + " here (expected: " + expected.get(label) + " ± " + TOLERANCE
                        + ", as where it was trained)");
            }
        }
    }

    private static ByteBuffer features(ModelKey key, SelfTest selfTest) {
        try {
            return ByteBuffer.wrap(Base64.getDecoder().decode(selfTest.features())).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("MODEL_SELF_TEST_INVALID",
                    "model '" + key + "' has self-test features that are not base64", e);
        }
    }
}
