package io.graft.trainer.queue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

import io.graft.backbone.HeadProgram;
import io.graft.id.SampleId;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.Evaluator;

/**
 * The validation samples that have features of two backbones, so that two versions can be measured on the same ones: each on
 * the features that it takes, both against the labels of the newer one's snapshot.
 */
final class SharedValidation {

    private final FeatureSnapshot candidate;
    private final ByteBuffer candidateRows;
    private final FeatureSnapshot serving;
    private final List<Shared> samples = new ArrayList<>();

    /** A sample's number among the validation samples of both. */
    private record Shared(int candidate, int serving) {
    }

    /**
     * @param candidateRows features of the candidate's validation samples, through its own blocks where it has any
     * @param serving features of the same samples by the other backbone, likewise split
     */
    SharedValidation(FeatureSnapshot candidate, ByteBuffer candidateRows, FeatureSnapshot serving) {
        this.candidate = candidate;
        this.candidateRows = candidateRows;
        this.serving = serving;
        Map<SampleId, Integer> numbers = new HashMap<>();
        validated(serving).forEach(id -> numbers.put(id, numbers.size()));
        List<SampleId> ids = validated(candidate);
        for (int i = 0; i < ids.size(); i++) {
            Integer other = numbers.get(ids.get(i));
            if (other != null) {
                samples.add(new Shared(i, other));
            }
        }
    }

    private static List<SampleId> validated(FeatureSnapshot snapshot) {
        return snapshot.sampleIds().subList(snapshot.trainCount(), snapshot.sampleIds().size());
    }

    int sampleCount() {
        return samples.size();
    }

    /** For heads that take the candidate's features. */
    Evaluator ofCandidate(HeadProgram program) {
        return evaluator(program, candidate.dimension(), candidateRows, Shared::candidate);
    }

    /** For heads that take the serving version's features. */
    Evaluator ofServing(HeadProgram program) {
        int rowBytes = serving.dimension() * Float.BYTES;
        return evaluator(program, serving.dimension(),
                serving.features().slice(serving.trainRowCount() * rowBytes, serving.validationCount() * rowBytes),
                Shared::serving);
    }

    /**
     * @param rows of all validation samples of one of both
     * @param number of a sample among these
     */
    private Evaluator evaluator(HeadProgram program, int dimension, ByteBuffer rows, ToIntFunction<Shared> number) {
        int rowBytes = dimension * Float.BYTES;
        ByteBuffer features = ByteBuffer.allocateDirect(samples.size() * rowBytes).order(ByteOrder.nativeOrder());
        int[] labels = new int[samples.size()];
        for (int i = 0; i < labels.length; i++) {
            Shared sample = samples.get(i);
            features.put(rows.slice(number.applyAsInt(sample) * rowBytes, rowBytes));
            labels[i] = candidate.labelIndexes()[candidate.trainRowCount() + sample.candidate];
        }
        return new Evaluator(program, candidate.labels(), dimension, features.flip(), labels);
    }
}
