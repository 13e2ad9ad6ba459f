package io.graft.trainer.noise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.graft.head.Head;
import io.graft.model.ClassWeights;
import io.graft.model.Recipe;
import io.graft.problem.Problem;
import io.graft.trainer.noise.LabelNoise.SuspectSample;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.TrainingSet;

/**
 * Finds labels that are likely wrong by confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating
 * Uncertainty in Dataset Labels", JAIR 2021). Each sample gets probabilities from a head that was trained without it. The
 * threshold of a label is the mean probability that its samples give it. A sample's label is likely wrong when, among the
 * labels whose probability reaches their threshold, the likeliest is another one. Thread-safe.
 */
public final class LabelNoiseSearch {

    private static final Recipe RECIPE = Recipe.logistic(Recipe.LBFGS_WEIGHT_DECAY, ClassWeights.NONE);

    private final HeadTraining training;
    private final int labelCountMax;

    public LabelNoiseSearch(HeadTraining training, int labelCountMax) {
        this.training = training;
        this.labelCountMax = labelCountMax;
    }

    /**
     * Looks over a task's samples, on this thread.
     *
     * @param snapshot all of them, whatever their split, without views
     * @param top samples to name, 1 to {@value LabelNoise#TOP_MAX}
     * @throws Problem INVALID when there are fewer than two labels or training takes too long
     */
    public LabelNoise search(FeatureSnapshot snapshot, int top) {
        LabelNoise.requireTop(top);
        if (snapshot.labels().size() < 2) {
            throw Problem.invalid("TRAINING_LABELS_TOO_FEW",
                    "task '" + snapshot.task() + "' has 1 label (expected: at least 2)");
        }
        snapshot.requireLabelCountAtMost(labelCountMax);
        int rowCount = snapshot.labelIndexes().length;
        Folds folds = new Folds(snapshot.sampleIds(), snapshot.labelIndexes(), snapshot.labels().size());
        List<Optional<Head>> heads = heads(snapshot, folds);
        Judgement judgement = new Judgement(snapshot, row -> heads.get(folds.of(row)));
        List<SuspectSample> samples = IntStream.range(0, rowCount).mapToObj(judgement::of).flatMap(Optional::stream)
                .sorted(Comparator.comparingDouble(SuspectSample::probability).thenComparing(SuspectSample::sampleId)).toList();
        return new LabelNoise(snapshot.task(), rowCount, samples.size(), Folds.COUNT,
                (int) samples.stream().filter(SuspectSample::isLikelyWrong).count(),
                samples.subList(0, Math.min(top, samples.size())));
    }

    /**
     * For each part a head trained on the others; absent where those have fewer than two labels. One buffer serves them all.
     */
    private List<Optional<Head>> heads(FeatureSnapshot snapshot, Folds folds) {
        ByteBuffer rows = ByteBuffer.allocateDirect(snapshot.features().remaining()).order(ByteOrder.LITTLE_ENDIAN);
        List<Optional<Head>> heads = new ArrayList<>();
        for (int fold = 0; fold < Folds.COUNT; fold++) {
            int part = fold;
            int[] others = IntStream.range(0, snapshot.labelIndexes().length).filter(row -> folds.of(row) != part).toArray();
            boolean trainable = Arrays.stream(others).map(row -> snapshot.labelIndexes()[row]).distinct().count() > 1;
            heads.add(trainable ? Optional.of(head(snapshot, others, rows)) : Optional.empty());
        }
        return heads;
    }

    /** Without validation rows the last epoch counts: choosing one by the samples to be judged would be seeing them. */
    private Head head(FeatureSnapshot snapshot, int[] chosen, ByteBuffer rows) {
        int rowBytes = snapshot.dimension() * Float.BYTES;
        rows.clear();
        for (int row : chosen) {
            rows.put(snapshot.features().slice(row * rowBytes, rowBytes));
        }
        int[] labelIndexes = Arrays.stream(chosen).map(row -> snapshot.labelIndexes()[row]).toArray();
        TrainingSet set = new TrainingSet(snapshot.task(), snapshot.labels(), snapshot.dimension(), rows.flip(), labelIndexes,
                labelIndexes.length);
        return training.train(set, RECIPE, epoch -> {
        }).head();
    }
}
