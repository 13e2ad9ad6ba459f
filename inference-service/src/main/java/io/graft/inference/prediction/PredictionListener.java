package io.graft.inference.prediction;

import io.graft.inference.serving.ModelCard;

/** Hears of every request that a version was found for, on the caller's thread. */
interface PredictionListener {

    void predicted(ModelCard model, Outcome outcome, long nanos);

    /** How a request ended: answered, with a problem of this type, or with nobody waiting any more. */
    enum Outcome {
        OK,
        INVALID,
        BUSY,
        CANCELLED,
        BROKEN
    }
}
