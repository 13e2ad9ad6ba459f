package io.graft.inference.prediction;

import io.graft.inference.serving.ModelCard;

/** Hears of every request that a version was found for, on the caller's thread. */
interface PredictionListener {

    void predicted(ModelCard model, Outcome outcome, long nanos);

    /** How a request ended: answered, or with a problem of this type. */
    enum Outcome {
        OK,
        INVALID,
        BUSY,
        BROKEN
    }
}
