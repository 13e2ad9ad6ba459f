package io.graft.trainer.noise;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import io.graft.digest.Digests;
import io.graft.id.SampleId;

/**
 * Parts of a snapshot's rows by hash of the sample id, so that a sample is in the same part whatever else there is. Where all
 * samples of a label are in one part, the first of them goes to the next: else no head that judges them would know the label.
 */
final class Folds {

    static final int COUNT = 5;

    private final int[] folds;

    Folds(List<SampleId> ids, int[] labelIndexes, int labelCount) {
        folds = ids.stream().mapToInt(Folds::hash).toArray();
        int[][] counts = new int[labelCount][COUNT];
        int[] first = new int[labelCount];
        Arrays.fill(first, -1);
        for (int row = 0; row < folds.length; row++) {
            int label = labelIndexes[row];
            counts[label][folds[row]]++;
            first[label] = first[label] < 0 ? row : first[label];
        }
        for (int label = 0; label < labelCount; label++) {
            int sampleCount = Arrays.stream(counts[label]).sum();
            if (sampleCount > 1 && Arrays.stream(counts[label]).max().orElse(0) == sampleCount) {
                folds[first[label]] = (folds[first[label]] + 1) % COUNT;
            }
        }
    }

    private static int hash(SampleId id) {
        byte[] digest = Digests.sha256(id.value().getBytes(StandardCharsets.UTF_8));
        return (int) Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(), COUNT);
    }

    /** The part of a row, 0 up to {@value #COUNT}. */
    int of(int row) {
        return folds[row];
    }
}
