package io.graft.trainer.training;

import java.util.Arrays;

import io.graft.backbone.HeadFit;
import io.graft.backbone.HeadProgram;
import io.graft.head.Head;
import io.graft.model.ClassWeights;
import io.graft.model.FeatureStatistics;

/**
 * A training set under work: its training rows in native memory, standardized once for all candidates, and its validation rows
 * as they are. Not thread-safe.
 */
final class Workbench implements AutoCloseable {

    private final TrainingSet set;
    private final HeadFit fit;
    private final Evaluator evaluator;
    private Standardization standardization;

    /** Takes the training rows of the set. */
    Workbench(HeadProgram program, TrainingSet set, ClassWeights classWeights) {
        this.set = set;
        this.fit = program.fit(set.takeTrainRows(), set.dimension(), set.trainLabels(), set.labels().size());
        this.evaluator = new Evaluator(program, set);
        this.standardization = new Standardization(fit.mean(), fit.deviation());
        if (classWeights == ClassWeights.BALANCED) {
            fit.weighLabels(balanced(set.trainLabels(), set.labels().size()));
        }
    }

    /** Rows / (labels × rows of the label), [labels], over the labels that have rows; 0 for the others. */
    static float[] balanced(int[] rowLabels, int labelCount) {
        int[] counts = new int[labelCount];
        for (int label : rowLabels) {
            counts[label]++;
        }
        long present = Arrays.stream(counts).filter(count -> count > 0).count();
        float[] weights = new float[labelCount];
        for (int label = 0; label < labelCount; label++) {
            weights[label] = counts[label] == 0 ? 0 : (float) ((double) rowLabels.length / (present * counts[label]));
        }
        return weights;
    }

    /** Standardizes the training rows, in place; heads are for raw features nevertheless. */
    void standardize() {
        fit.standardize();
        standardization = new Standardization(fit.mean(), fit.deviation());
    }

    /** Where the training rows lie, as the backbone makes them. */
    FeatureStatistics features() {
        return FeatureStatistics.of(fit.mean(), fit.deviation());
    }

    TrainingSet set() {
        return set;
    }

    HeadFit fit() {
        return fit;
    }

    Evaluator evaluator() {
        return evaluator;
    }

    /**
     * The head as it is fitted now, for features as the backbone makes them.
     *
     * @param weight of the fit, [labels, dimension]
     */
    Head head(float[] weight) {
        return standardization.fold(set.labels(), weight, fit.bias());
    }

    @Override
    public void close() {
        evaluator.close();
        fit.close();
    }
}
