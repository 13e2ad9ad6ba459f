package io.graft.inference.prediction;

import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

/** One of the things that a request wants answers for. */
public sealed interface PredictionInput {

    /** Something that the backbone has not seen. */
    record Content(SampleContent content) implements PredictionInput {
    }

    /** A feature that the version's backbone made, or one like it. */
    final class Feature implements PredictionInput {

        private final float[] values;

        /**
         * Keeps the array: the caller gives it away.
         *
         * @throws Problem INVALID {@code FEATURE_INVALID} for a number that is not finite
         */
        public Feature(float[] values) {
            for (int i = 0; i < values.length; i++) {
                if (!Float.isFinite(values[i])) {
                    throw Problem.invalid("FEATURE_INVALID",
                            "feature[" + i + "] is " + values[i] + " (expected: a finite number)");
                }
            }
            this.values = values;
        }

        float[] values() {
            return values;
        }
    }
}
