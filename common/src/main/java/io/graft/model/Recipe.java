package io.graft.model;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonCreator;

import io.graft.problem.Problem;

/**
 * The hyperparameters of a training run.
 * <p>
 * {@value #SGD} is the textbook: cross-entropy, stochastic gradient descent with momentum, the learning rate times
 * {@code gamma} every {@code stepSize} epochs. {@value #LBFGS} is multinomial logistic regression on all samples at once, and
 * takes of the numbers only {@code weightDecay}. {@value #AUTO}, the default, tries the textbook with the given numbers and
 * others beside it, and keeps what validates best.
 *
 * @param optimizer {@value #AUTO}, {@value #SGD} or {@value #LBFGS}
 * @param epochs passes over the training samples, 1 to {@value #EPOCHS_MAX}
 * @param batchSize samples in a step, 1 to {@value #BATCH_SIZE_MAX}
 * @param learningRate of the first epoch, above 0 and up to 100
 * @param momentum 0 up to but not 1
 * @param weightDecay L2 penalty as in torch's SGD, 0 to 10; with {@value #LBFGS} the factor of half the squared weights
 * @param stepSize epochs between two changes of the learning rate, 1 or more
 * @param gamma factor of such a change, above 0 and up to 1
 * @param seed of the initial weights and of the order of the samples
 * @param classWeights how much a training sample counts by its label
 */
public record Recipe(String optimizer, int epochs, int batchSize, double learningRate, double momentum, double weightDecay,
        int stepSize, double gamma, long seed, ClassWeights classWeights) {

    public static final int EPOCHS_MAX = 10_000;
    public static final int BATCH_SIZE_MAX = 65_536;
    /** The optimizer that chooses. */
    public static final String AUTO = "auto";
    /** The optimizer of the textbook. */
    public static final String SGD = "sgd";
    /** The optimizer of the logistic regression. */
    public static final String LBFGS = "lbfgs";
    /** The L2 penalty of the logistic regression where nobody gives one and no validation samples can choose one. */
    public static final double LBFGS_WEIGHT_DECAY = 0.01;
    /** The textbook. */
    public static final Recipe TEXTBOOK = new Recipe(SGD, 25, 4, 0.001, 0.9, 0.0, 7, 0.1, 0, ClassWeights.NONE);
    /** What a request without a recipe gets. */
    public static final Recipe DEFAULT = TEXTBOOK.toOptimizer(AUTO);

    public Recipe {
        require(optimizer.equals(AUTO) || optimizer.equals(SGD) || optimizer.equals(LBFGS), "optimizer",
                "'" + optimizer + "'", AUTO + ", " + SGD + " or " + LBFGS);
        require(epochs >= 1 && epochs <= EPOCHS_MAX, "epochs", epochs, "1 to " + EPOCHS_MAX);
        require(batchSize >= 1 && batchSize <= BATCH_SIZE_MAX, "batchSize", batchSize, "1 to " + BATCH_SIZE_MAX);
        require(learningRate > 0 && learningRate <= 100, "learningRate", learningRate, "above 0, up to 100");
        require(momentum >= 0 && momentum < 1, "momentum", momentum, "0 up to but not 1");
        require(weightDecay >= 0 && weightDecay <= 10, "weightDecay", weightDecay, "0 to 10");
        require(stepSize >= 1, "stepSize", stepSize, "1 or more");
        require(gamma > 0 && gamma <= 1, "gamma", gamma, "above 0, up to 1");
    }

    /**
     * The logistic regression.
     *
     * @param weightDecay factor of half the squared weights, 0 to 10
     */
    public static Recipe logistic(double weightDecay, ClassWeights classWeights) {
        return new Recipe(LBFGS, TEXTBOOK.epochs, TEXTBOOK.batchSize, TEXTBOOK.learningRate, TEXTBOOK.momentum, weightDecay,
                TEXTBOOK.stepSize, TEXTBOOK.gamma, TEXTBOOK.seed, classWeights);
    }

    /** The same numbers for another optimizer. */
    public Recipe toOptimizer(String other) {
        return new Recipe(other, epochs, batchSize, learningRate, momentum, weightDecay, stepSize, gamma, seed, classWeights);
    }

    /** Takes the default for whatever is absent. */
    @JsonCreator
    static Recipe of(@Nullable String optimizer, @Nullable Integer epochs, @Nullable Integer batchSize,
            @Nullable Double learningRate, @Nullable Double momentum, @Nullable Double weightDecay,
            @Nullable Integer stepSize, @Nullable Double gamma, @Nullable Long seed, @Nullable ClassWeights classWeights) {
        boolean logistic = LBFGS.equals(optimizer);
        Recipe recipe = new Recipe(
                optimizer == null ? DEFAULT.optimizer : optimizer,
                epochs == null ? DEFAULT.epochs : epochs,
                batchSize == null ? DEFAULT.batchSize : batchSize,
                learningRate == null ? DEFAULT.learningRate : learningRate,
                momentum == null ? DEFAULT.momentum : momentum,
                weightDecay == null ? logistic ? LBFGS_WEIGHT_DECAY : DEFAULT.weightDecay : weightDecay,
                stepSize == null ? DEFAULT.stepSize : stepSize,
                gamma == null ? DEFAULT.gamma : gamma,
                seed == null ? DEFAULT.seed : seed,
                classWeights == null ? DEFAULT.classWeights : classWeights);
        if (logistic) {
            recipe.requireNothingOfTheTextbook();
        }
        return recipe;
    }

    /** A number that the optimizer would pass over was meant for another one; the defaults pass, because events write them. */
    private void requireNothingOfTheTextbook() {
        requireUnused(epochs == TEXTBOOK.epochs, "epochs", epochs);
        requireUnused(batchSize == TEXTBOOK.batchSize, "batchSize", batchSize);
        requireUnused(learningRate == TEXTBOOK.learningRate, "learningRate", learningRate);
        requireUnused(momentum == TEXTBOOK.momentum, "momentum", momentum);
        requireUnused(stepSize == TEXTBOOK.stepSize, "stepSize", stepSize);
        requireUnused(gamma == TEXTBOOK.gamma, "gamma", gamma);
    }

    private static void requireUnused(boolean absent, String field, Object value) {
        require(absent, field, value, "absent, because optimizer '" + LBFGS + "' does not take it");
    }

    private static void require(boolean valid, String field, Object value, String expected) {
        if (!valid) {
            throw Problem.invalid("RECIPE_INVALID", "recipe " + field + " is " + value + " (expected: " + expected + ")");
        }
    }
}
