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
}
