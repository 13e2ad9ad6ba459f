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
    private final FeatureSnapshot serving;
    private final List<SampleId> samples;

    /** @param serving features of the same samples by the other backbone, likewise split */
    SharedValidation(FeatureSnapshot candidate, FeatureSnapshot serving) {
        this.candidate = candidate;
        this.serving = serving;
        Map<SampleId, Integer> others = rows(serving);
        this.samples = candidate.sampleIds().subList(candidate.trainCount(), candidate.sampleIds().size()).stream()
                .filter(others::containsKey).toList();
    }

    int sampleCount() {
        return samples.size();
    }

    /** For heads that take the candidate's features. */
    Evaluator ofCandidate(HeadProgram program) {
        return evaluator(program, candidate);
    }

    /** For heads that take the serving version's features. */
    Evaluator ofServing(HeadProgram program) {
        return evaluator(program, serving);
    }

    private Evaluator evaluator(HeadProgram program, FeatureSnapshot snapshot) {
        Map<SampleId, Integer> rows = rows(snapshot);
        Map<SampleId, Integer> labelled = rows(candidate);
        int rowBytes = snapshot.dimension() * Float.BYTES;
        ByteBuffer features = ByteBuffer.allocateDirect(samples.size() * rowBytes).order(ByteOrder.nativeOrder());
        int[] labels = new int[samples.size()];
        for (int i = 0; i < labels.length; i++) {
            SampleId id = samples.get(i);
            features.put(snapshot.features().slice(rows.getOrDefault(id, 0) * rowBytes, rowBytes));
            labels[i] = candidate.labelIndexes()[labelled.getOrDefault(id, 0)];
        }
        return new Evaluator(program, candidate.labels(), snapshot.dimension(), features.flip(), labels);
    }

    /** Of each validation sample its row. */
    private static Map<SampleId, Integer> rows(FeatureSnapshot snapshot) {
        Map<SampleId, Integer> rows = new HashMap<>();
        for (int i = 0; i < snapshot.validationCount(); i++) {
            rows.put(snapshot.sampleIds().get(snapshot.trainCount() + i), snapshot.trainRowCount() + i);
        }
        return rows;
    }
}
