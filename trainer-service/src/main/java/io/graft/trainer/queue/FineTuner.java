package io.graft.trainer.queue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.graft.backbone.Backbones;
import io.graft.backbone.FineTuning;
import io.graft.event.Topics;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.model.TrainRequest;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.sample.SampleContentCodec;
import io.graft.sample.SampleEvent;
import io.graft.sample.SampleEventCodec;
import io.graft.tail.Depth;
import io.graft.tail.Tail;
import io.graft.trainer.embedding.EmbeddingConfig;
import io.graft.trainer.log.StoredSamples;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.table.SampleOrigin;
import io.graft.trainer.training.EpochListener;
import io.graft.trainer.training.RunWatch;
import io.graft.trainer.training.TailTraining;
import io.graft.trainer.training.TrainedHead;
import io.smallrye.common.annotation.Identifier;

/**
 * Trains blocks of a backbone for a task. A feature does not say what an earlier block made of a sample, so the contents of the
 * samples are read again from {@code labelled-samples}, on the run's thread, and run through the part that stays frozen.
 */
@Singleton
class FineTuner {

    /** A reading that takes too long is ended by the run's watch, which fails the run. */
    private static final Duration AFTER_THE_WATCH = Duration.ofMinutes(1);

    private final Backbones backbones;
    private final StoredSamples stored;
    private final String labelledSamples;
    private final long bytesMax;
    private final Duration limit;
    private final TailArtifacts artifacts;
    private final LongSupplier nanoTime;

    @Inject
    FineTuner(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, Backbones backbones,
            EmbeddingConfig samples, TrainingConfig config, TailArtifacts artifacts) {
        this(kafka, topics, backbones, samples, config, artifacts, System::nanoTime);
    }

    FineTuner(Map<String, Object> kafka, Topics topics, Backbones backbones, EmbeddingConfig samples, TrainingConfig config,
            TailArtifacts artifacts, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.backbones = backbones;
        this.labelledSamples = topics.labelledSamples();
        this.limit = config.fineTuningLimit();
        this.bytesMax = config.fineTuningBytesMax();
        this.stored = new StoredSamples(kafka, topics, new SampleEventCodec(new SampleContentCodec(samples.sampleBytesMax())),
                limit.plus(AFTER_THE_WATCH));
        this.artifacts = artifacts;
    }

    /**
     * What a run made of a backbone.
     *
     * @param trained the blocks, and the head that was trained with them
     * @param features of the snapshot's rows through the blocks, little-endian float32, [rows, dimension], direct
     */
    record Tuned(TailTraining.Trained trained, ByteBuffer features) {
    }

    /**
     * Trains the blocks that a request asks for.
     *
     * @param alone the head on the backbone's own blocks, to start from
     * @throws Problem INVALID when the backbone has no such blocks, a sample's content is gone, the rows take too much memory,
     *         the blocks have no place to go, the recipe diverges, or reading and training take too long together; BROKEN when
     *         the store is away; BUSY when the broker does not answer
     */
    Tuned tune(TrainRequest request, FeatureSnapshot snapshot, TrainedHead alone, EpochListener listener) {
        artifacts.requirePlace(backbones.tailFileBytes(snapshot.backbone(), request.depth()),
                new VersionSize(alone.head(), snapshot.validationCount(), request.recipe().epochs()), listener);
        try (TuningRows rows = open(snapshot, snapshot.backbone(), request.depth(), 0)) {
            RunWatch watch = watch(snapshot, listener);
            requireNoneGone(snapshot, fill(rows, snapshot, 0, watch));
            TailTraining.Trained trained = TailTraining.train(
                    new TailTraining.Samples(snapshot.task(), rows.tuning(), rows.labels(), rows.trainRows(),
                            rows.validationRows()),
                    request.recipe(), request.blockLearningRate(), alone.head(),
                    alone.features().toDistribution(snapshot.dimension()), watch, listener);
            return new Tuned(trained, rows.features(trained.tail(), rows.rows()));
        }
    }

    /**
     * Validation samples of a snapshot, through blocks that were trained before.
     *
     * @param samples their numbers among the snapshot's validation samples, ascending: of those whose content is still stored
     * @param features of these, little-endian float32, [samples, dimension], direct
     */
    record Validated(List<Integer> samples, ByteBuffer features) {
    }

    /**
     * Runs a snapshot's validation samples through blocks that were trained before.
     *
     * @param reference whose blocks; it may be another backbone than the snapshot's
     * @throws Problem as of {@link #tune}, but not when contents are gone; and when the backbone is not there as it was then
     */
    Validated validated(FeatureSnapshot snapshot, BackboneReference reference, Tail tail, EpochListener listener) {
        BackboneId backbone = backbone(snapshot, reference);
        try (TuningRows rows = open(snapshot, backbone, tail.depth(), snapshot.trainCount())) {
            Map<SampleId, SampleOrigin> gone = fill(rows, snapshot, snapshot.trainCount(), watch(snapshot, listener));
            List<SampleId> ids = snapshot.sampleIds().subList(snapshot.trainCount(), snapshot.sampleIds().size());
            List<Integer> samples = IntStream.range(0, ids.size()).filter(sample -> !gone.containsKey(ids.get(sample)))
                    .boxed().toList();
            List<Integer> rowNumbers = rows.validationRows();
            return new Validated(samples, rows.features(tail, samples.stream().map(rowNumbers::get).toList()));
        }
    }

    /** That no further one may be open does not pass by itself. */
    private BackboneId backbone(FeatureSnapshot snapshot, BackboneReference reference) {
        BackboneId id = reference.sha256().equals(snapshot.backboneSha256()) ? snapshot.backbone() : reference.id();
        String sha256;
        try {
            sha256 = backbones.open(id).descriptor().sha256();
        } catch (Problem e) {
            throw e.type() == ProblemType.BUSY ? Problem.broken(e.code(), e.sentence(), e) : e;
        }
        if (!sha256.equals(reference.sha256())) {
            throw Problem.broken("BACKBONE_BROKEN", "backbone '" + id + "' has other weights than the version was trained on "
                    + "(expected: digest " + reference.sha256() + ")");
        }
        return id;
    }

    /** With room for the samples of a snapshot from one on. */
    private TuningRows open(FeatureSnapshot snapshot, BackboneId backbone, Depth depth, int firstSample) {
        int rowCount = snapshot.rowCounts().subList(firstSample, snapshot.rowCounts().size()).stream()
                .mapToInt(Integer::intValue).sum();
        FineTuning tuning = backbones.fineTuning(backbone, depth, rowCount, bytesMax);
        return new TuningRows(snapshot, backbones.open(backbone), tuning);
    }

    private RunWatch watch(FeatureSnapshot snapshot, EpochListener listener) {
        return new RunWatch(snapshot.task(), limit, Optional.of("graft.training.fine-tuning-limit"), nanoTime,
                listener);
    }

    /** Returns the samples whose content is no longer stored. */
    private Map<SampleId, SampleOrigin> fill(TuningRows rows, FeatureSnapshot snapshot, int firstSample, RunWatch watch) {
        Map<SampleId, SampleOrigin> wanted = new HashMap<>(snapshot.origins());
        wanted.keySet().retainAll(Set.copyOf(snapshot.sampleIds().subList(firstSample, snapshot.sampleIds().size())));
        Map<SampleId, SampleOrigin> gone = stored.find(snapshot.task(), wanted, new StoredSamples.Finder() {
            private int foundCount;

            @Override
            public void accept(SampleEvent.Labelled sample) {
                goingOn();
                rows.add(sample);
                foundCount++;
            }

            @Override
            public void goingOn() {
                watch.requireToGoOn("reading " + foundCount + " of " + wanted.size() + " samples");
            }
        });
        rows.flush();
        return gone;
    }

    private void requireNoneGone(FeatureSnapshot snapshot, Map<SampleId, SampleOrigin> gone) {
        if (!gone.isEmpty()) {
            throw Problem.invalid("FINE_TUNING_SAMPLES_GONE", "task '" + snapshot.task() + "' has " + gone.size() + " of "
                    + snapshot.sampleIds().size() + " samples whose content is no longer in '" + labelledSamples
                    + "', as '" + gone.keySet().iterator().next() + "' (expected: all; depth '" + Depth.HEAD
                    + "' needs no contents)");
        }
    }
}
