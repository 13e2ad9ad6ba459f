package io.graft.trainer.queue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

import io.graft.backbone.HeadProgram;
import io.graft.id.SampleId;
import io.graft.model.ModelReady;
import io.graft.model.SampleSketch;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.Evaluator;

/**
 * The validation samples that two versions can be measured on: each on the features that it takes, both against the labels of
 * the newer one's snapshot.
 */
final class SharedValidation {

    private final FeatureSnapshot candidate;
    private final ByteBuffer candidateRows;
    private final int servingDimension;
    private final ByteBuffer servingRows;
    private final List<Shared> samples;

    /** A sample's number among the validation samples of both. */
    private record Shared(int candidate, int serving) {
    }

    private SharedValidation(FeatureSnapshot candidate, ByteBuffer candidateRows, int servingDimension,
            ByteBuffer servingRows, List<Shared> samples) {
        this.candidate = candidate;
        this.candidateRows = candidateRows;
        this.servingDimension = servingDimension;
        this.servingRows = servingRows;
        this.samples = samples;
    }

    /**
     * Those that both snapshots have.
     *
     * @param candidateRows features of the candidate's validation samples, through its own blocks where it has any
     * @param serving features of the same samples as the serving version takes them, likewise split
     */
    static SharedValidation of(FeatureSnapshot candidate, ByteBuffer candidateRows, FeatureSnapshot serving) {
        Map<SampleId, Integer> numbers = new HashMap<>();
        validated(serving).forEach(id -> numbers.put(id, numbers.size()));
        List<SampleId> ids = validated(candidate);
        List<Shared> samples = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            Integer other = numbers.get(ids.get(i));
            if (other != null) {
                samples.add(new Shared(i, other));
            }
        }
        int rowBytes = serving.dimension() * Float.BYTES;
        return new SharedValidation(candidate, candidateRows, serving.dimension(),
                serving.features().slice(serving.trainRowCount() * rowBytes, serving.validationCount() * rowBytes), samples);
    }

    private static List<SampleId> validated(FeatureSnapshot snapshot) {
        return snapshot.sampleIds().subList(snapshot.trainCount(), snapshot.sampleIds().size());
    }

    /**
     * Those of the candidate's that went through the serving version's blocks.
     *
     * @param servingDimension of their features
     */
    static SharedValidation of(FeatureSnapshot candidate, ByteBuffer candidateRows, FineTuner.Validated serving,
            int servingDimension) {
        List<Shared> samples = new ArrayList<>();
        for (int number : serving.samples()) {
            samples.add(new Shared(number, samples.size()));
        }
        return new SharedValidation(candidate, candidateRows, servingDimension, serving.features(), samples);
    }

    /** Those of them that a version was not trained on, as far as its event tells. */
    SharedValidation unseenBy(ModelReady.Dataset dataset) {
        if (dataset.validationFraction().isEmpty()) {
            return this;
        }
        double fraction = dataset.validationFraction().get();
        Predicate<SampleId> seen = dataset.samples().map(SampleSketch::membership).orElse(id -> true);
        List<SampleId> ids = validated(candidate);
        return new SharedValidation(candidate, candidateRows, servingDimension, servingRows, samples.stream().filter(sample -> {
            SampleId id = ids.get(sample.candidate);
            return candidate.isValidated(id, fraction) || !seen.test(id);
        }).toList());
    }

    int sampleCount() {
        return samples.size();
    }

    /** Whether these are all of the candidate's. */
    boolean isWhole() {
        return samples.size() == candidate.validationCount();
    }

    /** For heads that take the candidate's features. */
    Evaluator ofCandidate(HeadProgram program) {
        return evaluator(program, candidate.dimension(), candidateRows, Shared::candidate);
    }

    /** For heads that take the serving version's features. */
    Evaluator ofServing(HeadProgram program) {
        return evaluator(program, servingDimension, servingRows, Shared::serving);
    }

    /**
     * @param rows of all validation samples of one of both
     * @param number of a sample among these
     */
    private Evaluator evaluator(HeadProgram program, int dimension, ByteBuffer rows, ToIntFunction<Shared> number) {
        int[] labels = samples.stream()
                .mapToInt(sample -> candidate.labelIndexes()[candidate.trainRowCount() + sample.candidate]).toArray();
        return new Evaluator(program, candidate.labels(), dimension, shared(rows, dimension * Float.BYTES, number), labels);
    }

    private ByteBuffer shared(ByteBuffer rows, int rowBytes, ToIntFunction<Shared> number) {
        if (samples.size() * rowBytes == rows.remaining()) {
            // All of them, and both sides are in the order of the sample ids.
            return rows.slice().order(ByteOrder.nativeOrder());
        }
        ByteBuffer shared = ByteBuffer.allocateDirect(samples.size() * rowBytes).order(ByteOrder.nativeOrder());
        samples.forEach(sample -> shared.put(rows.slice(number.applyAsInt(sample) * rowBytes, rowBytes)));
        return shared.flip();
    }
}
