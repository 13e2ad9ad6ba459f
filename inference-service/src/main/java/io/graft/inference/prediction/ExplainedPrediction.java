package io.graft.inference.prediction;

import java.util.Optional;

import io.graft.inference.explanation.Explanation;

/** A prediction, why, and the picture of it where one was asked for. */
public final class ExplainedPrediction {

    private final Prediction prediction;
    private final Explanation explanation;
    private final Optional<byte[]> picture;

    ExplainedPrediction(Prediction prediction, Explanation explanation, Optional<byte[]> picture) {
        this.prediction = prediction;
        this.explanation = explanation;
        this.picture = picture;
    }

    public Prediction prediction() {
        return prediction;
    }

    public Explanation explanation() {
        return explanation;
    }

    /** A PNG. */
    public Optional<byte[]> picture() {
        return picture;
    }
}
