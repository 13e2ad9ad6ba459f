package io.graft.trainer.noise;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.function.IntFunction;

import io.graft.head.Head;
import io.graft.trainer.noise.LabelNoise.SuspectSample;
import io.graft.trainer.table.FeatureSnapshot;

/**
 * What heads that have not seen a sample say of its label. Probabilities are computed twice, once for the thresholds and once
 * for the sample, so that those of all samples need no room.
 */
final class Judgement {

    private final FeatureSnapshot snapshot;
    private final FloatBuffer numbers;
    private final IntFunction<Optional<Head>> heads;
    private final double[] thresholds;

    /** @param heads the one for each row, where there is one */
    Judgement(FeatureSnapshot snapshot, IntFunction<Optional<Head>> heads) {
        this.snapshot = snapshot;
        this.numbers = snapshot.features().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        this.heads = heads;
        this.thresholds = thresholds();
    }

    /** By label, the mean probability that its own samples give it; none for a label that no head has judged. */
    private double[] thresholds() {
        double[] sums = new double[snapshot.labels().size()];
        int[] counts = new int[sums.length];
        for (int row = 0; row < snapshot.labelIndexes().length; row++) {
            int label = snapshot.labelIndexes()[row];
            Optional<float[]> probabilities = probabilities(row);
            if (probabilities.isPresent()) {
                sums[label] += probabilities.get()[label];
                counts[label]++;
            }
        }
        for (int label = 0; label < sums.length; label++) {
            sums[label] = counts[label] == 0 ? Double.POSITIVE_INFINITY : sums[label] / counts[label];
        }
        return sums;
    }

    private Optional<float[]> probabilities(int row) {
        return heads.apply(row).map(head -> {
            float[] feature = new float[snapshot.dimension()];
            numbers.get(row * snapshot.dimension(), feature);
            return head.probabilities(feature);
        });
    }

    /** Absent for a row that no head can judge. */
    Optional<SuspectSample> of(int row) {
        return probabilities(row).map(probabilities -> judge(row, probabilities));
    }

    private SuspectSample judge(int row, float[] probabilities) {
        int own = snapshot.labelIndexes()[row];
        int confident = own;
        double confidence = -1;
        int other = own == 0 ? 1 : 0;
        for (int label = 0; label < probabilities.length; label++) {
            if (label != own && probabilities[label] > probabilities[other]) {
                other = label;
            }
            if (probabilities[label] >= thresholds[label] && probabilities[label] > confidence) {
                confident = label;
                confidence = probabilities[label];
            }
        }
        boolean isLikelyWrong = confident != own;
        int suggested = isLikelyWrong ? confident : other;
        return new SuspectSample(snapshot.sampleIds().get(row), snapshot.labels().get(own), probabilities[own],
                snapshot.labels().get(suggested), probabilities[suggested], isLikelyWrong);
    }
}
