package io.graft.trainer.queue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    private final List<SampleId> samples;

    /**
     * @param candidateRows features of the candidate's validation samples, through its own blocks where it has any
     * @param serving features of the same samples by the other backbone, likewise split
     */
    SharedValidation(FeatureSnapshot candidate, ByteBuffer candidateRows, FeatureSnapshot serving) {
        this.candidate = candidate;
        this.candidateRows = candidateRows;
        this.serving = serving;
        Map<SampleId, Integer> others = numbers(serving);
        this.samples = validated(candidate).stream().filter(others::containsKey).toList();
    }

    int sampleCount() {
        return samples.size();
    }

    /** For heads that take the candidate's features. */
    Evaluator ofCandidate(HeadProgram program) {
        return evaluator(program, candidate, candidateRows);
    }

    /** For heads that take the serving version's features. */
    Evaluator ofServing(HeadProgram program) {
        int rowBytes = serving.dimension() * Float.BYTES;
        return evaluator(program, serving,
                serving.features().slice(serving.trainRowCount() * rowBytes, serving.validationCount() * rowBytes));
    }

    /** @param rows of all validation samples of the snapshot */
    private Evaluator evaluator(HeadProgram program, FeatureSnapshot snapshot, ByteBuffer rows) {
        Map<SampleId, Integer> numbers = numbers(snapshot);
        Map<SampleId, Integer> labelled = numbers(candidate);
        int rowBytes = snapshot.dimension() * Float.BYTES;
        ByteBuffer features = ByteBuffer.allocateDirect(samples.size() * rowBytes).order(ByteOrder.nativeOrder());
        int[] labels = new int[samples.size()];
        for (int i = 0; i < labels.length; i++) {
            SampleId id = samples.get(i);
            features.put(rows.slice(numbers.getOrDefault(id, 0) * rowBytes, rowBytes));
            labels[i] = candidate.labelIndexes()[candidate.trainRowCount() + labelled.getOrDefault(id, 0)];
        }
        return new Evaluator(program, candidate.labels(), snapshot.dimension(), features.flip(), labels);
    }

    private static List<SampleId> validated(FeatureSnapshot snapshot) {
        return snapshot.sampleIds().subList(snapshot.trainCount(), snapshot.sampleIds().size());
    }

    /** Of each validation sample its number among them. */
    private static Map<SampleId, Integer> numbers(FeatureSnapshot snapshot) {
        Map<SampleId, Integer> numbers = new HashMap<>();
        validated(snapshot).forEach(id -> numbers.put(id, numbers.size()));
        return numbers;
    }
}
