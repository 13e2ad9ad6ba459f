package io.graft.model;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonCreator;

import io.graft.problem.Problem;

/**
 * The hyperparameters of a training run. The defaults are the textbook's: cross-entropy, stochastic gradient descent with
 * momentum, the learning rate times {@code gamma} every {@code stepSize} epochs.
 *
 * @param optimizer {@code sgd}
 * @param epochs passes over the training samples, 1 to {@value #EPOCHS_MAX}
 * @param batchSize samples in a step, 1 to {@value #BATCH_SIZE_MAX}
 * @param learningRate of the first epoch, above 0 and up to 100
 * @param momentum 0 up to but not 1
 * @param weightDecay L2 penalty as in torch's SGD, 0 to 10
 * @param stepSize epochs between two changes of the learning rate, 1 or more
 * @param gamma factor of such a change, above 0 and up to 1
 * @param seed of the initial weights and of the order of the samples
 */
public record Recipe(String optimizer, int epochs, int batchSize, double learningRate, double momentum, double weightDecay,
        int stepSize, double gamma, long seed) {

    public static final int EPOCHS_MAX = 10_000;
    public static final int BATCH_SIZE_MAX = 65_536;
    /** The optimizer of the textbook. */
    public static final String SGD = "sgd";
    /** The optimizer that chooses; it stands for {@link #SGD}, the only one there is to choose. */
    public static final String AUTO = "auto";
    /** The textbook. */
    public static final Recipe DEFAULT = new Recipe(SGD, 25, 4, 0.001, 0.9, 0.0, 7, 0.1, 0);

    public Recipe {
        if (optimizer.equals(AUTO)) {
            optimizer = SGD;
        }
        require(optimizer.equals(SGD), "optimizer", "'" + optimizer + "'", AUTO + " or " + SGD);
        require(epochs >= 1 && epochs <= EPOCHS_MAX, "epochs", epochs, "1 to " + EPOCHS_MAX);
        require(batchSize >= 1 && batchSize <= BATCH_SIZE_MAX, "batchSize", batchSize, "1 to " + BATCH_SIZE_MAX);
        require(learningRate > 0 && learningRate <= 100, "learningRate", learningRate, "above 0, up to 100");
        require(momentum >= 0 && momentum < 1, "momentum", momentum, "0 up to but not 1");
        require(weightDecay >= 0 && weightDecay <= 10, "weightDecay", weightDecay, "0 to 10");
        require(stepSize >= 1, "stepSize", stepSize, "1 or more");
        require(gamma > 0 && gamma <= 1, "gamma", gamma, "above 0, up to 1");
    }

    /** Takes the textbook's number for whatever is absent. */
    @JsonCreator
    static Recipe of(@Nullable String optimizer, @Nullable Integer epochs, @Nullable Integer batchSize,
            @Nullable Double learningRate, @Nullable Double momentum, @Nullable Double weightDecay,
            @Nullable Integer stepSize, @Nullable Double gamma, @Nullable Long seed) {
        return new Recipe(
                optimizer == null ? DEFAULT.optimizer : optimizer,
                epochs == null ? DEFAULT.epochs : epochs,
                batchSize == null ? DEFAULT.batchSize : batchSize,
                learningRate == null ? DEFAULT.learningRate : learningRate,
                momentum == null ? DEFAULT.momentum : momentum,
                weightDecay == null ? DEFAULT.weightDecay : weightDecay,
                stepSize == null ? DEFAULT.stepSize : stepSize,
                gamma == null ? DEFAULT.gamma : gamma,
                seed == null ? DEFAULT.seed : seed);
    }

    private static void require(boolean valid, String field, Object value, String expected) {
        if (!valid) {
            throw Problem.invalid("RECIPE_INVALID", "recipe " + field + " is " + value + " (expected: " + expected + ")");
        }
    }
}
