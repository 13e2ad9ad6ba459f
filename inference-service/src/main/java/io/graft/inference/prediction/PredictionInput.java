package io.graft.inference.prediction;

import io.graft.sample.SampleContent;

/** One of the things that a request wants answers for. */
public sealed interface PredictionInput {

    /** Something that the backbone has not seen. */
    record Content(SampleContent content) implements PredictionInput {
    }

    /** A feature that the version's backbone made, or one like it. */
    final class Feature implements PredictionInput {

        private final float[] values;

        /** Keeps the array: the caller gives it away. */
        public Feature(float[] values) {
            this.values = values;
        }

        float[] values() {
            return values;
        }
    }
}
