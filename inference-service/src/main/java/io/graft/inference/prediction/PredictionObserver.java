package io.graft.inference.prediction;

import io.graft.sample.SampleContent;

/** Hears of every prediction of one content, on the caller's thread, before the caller does. */
public interface PredictionObserver {

    /** A content has its prediction. */
    void predicted(Prediction prediction, SampleContent content);
}
