package io.graft.inference.prediction;

import io.graft.inference.serving.Model;

/** Hears of every answer to an input, on the caller's thread. */
interface AnswerListener {

    /**
     * A version has answered to an input.
     *
     * @param feature that was answered to, [dimension]
     * @param probabilities [labels]
     */
    void answered(Model model, float[] feature, float[] probabilities);

    /** What a shadow would have answered to a feature that the serving version has answered to. */
    void shadowed(Model serving, float[] answer, Model shadow, float[] shadowAnswer);
}
