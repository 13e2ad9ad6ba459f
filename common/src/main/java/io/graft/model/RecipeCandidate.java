package io.graft.model;

import java.util.Optional;

/**
 * One recipe that a run tried.
 *
 * @param optimizer {@value Recipe#SGD} or {@value Recipe#LBFGS}
 * @param weightDecay L2 penalty
 * @param learningRate of the first epoch; absent for {@value Recipe#LBFGS}
 * @param batchSize samples in a step; absent likewise
 * @param epochs passes over the training samples; absent likewise
 * @param iterations of {@value Recipe#LBFGS} until it converged or stopped; absent for {@value Recipe#SGD}
 * @param validationLoss mean cross-entropy of the validation samples; absent without such samples and after a problem
 * @param validationAccuracy share of them answered right, 0 to 1; absent likewise
 * @param chosen whether the head is this one's
 * @param problem why it came to nothing
 */
public record RecipeCandidate(String optimizer, double weightDecay, Optional<Double> learningRate, Optional<Integer> batchSize,
        Optional<Integer> epochs, Optional<Integer> iterations, Optional<Double> validationLoss,
        Optional<Double> validationAccuracy, boolean chosen, Optional<String> problem) {

    /** A candidate of stochastic gradient descent, before it is tried. */
    public static RecipeCandidate descent(Recipe recipe) {
        return new RecipeCandidate(Recipe.SGD, recipe.weightDecay(), Optional.of(recipe.learningRate()),
                Optional.of(recipe.batchSize()), Optional.of(recipe.epochs()), Optional.empty(), Optional.empty(),
                Optional.empty(), false, Optional.empty());
    }

    /** A logistic regression, before it is tried. */
    public static RecipeCandidate logistic(double weightDecay) {
        return new RecipeCandidate(Recipe.LBFGS, weightDecay, Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), false, Optional.empty());
    }

    public RecipeCandidate toConverged(int count) {
        return new RecipeCandidate(optimizer, weightDecay, learningRate, batchSize, epochs, Optional.of(count), validationLoss,
                validationAccuracy, chosen, problem);
    }

    public RecipeCandidate toValidated(Optional<Double> loss, Optional<Double> accuracy) {
        return new RecipeCandidate(optimizer, weightDecay, learningRate, batchSize, epochs, iterations, loss, accuracy, chosen,
                problem);
    }

    public RecipeCandidate toChosen() {
        return new RecipeCandidate(optimizer, weightDecay, learningRate, batchSize, epochs, iterations, validationLoss,
                validationAccuracy, true, problem);
    }

    public RecipeCandidate toFailed(String sentence) {
        return new RecipeCandidate(optimizer, weightDecay, learningRate, batchSize, epochs, iterations, Optional.empty(),
                Optional.empty(), false, Optional.of(sentence));
    }
}
