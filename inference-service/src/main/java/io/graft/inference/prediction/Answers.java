package io.graft.inference.prediction;

import java.util.List;

import io.graft.inference.serving.Model;

/**
 * What one version answers to the inputs of one request.
 *
 * @param probabilities of each input in their order, [labels]
 */
public record Answers(Model model, List<float[]> probabilities) {

    public Answers {
        probabilities = List.copyOf(probabilities);
    }

    /** The label that is answered: the first of the most probable ones. */
    public static int likeliest(float[] probabilities) {
        int likeliest = 0;
        for (int label = 1; label < probabilities.length; label++) {
            if (probabilities[label] > probabilities[likeliest]) {
                likeliest = label;
            }
        }
        return likeliest;
    }
}
