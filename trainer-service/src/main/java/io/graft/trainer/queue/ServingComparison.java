package io.graft.trainer.queue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.graft.backbone.HeadProgram;
import io.graft.event.Topics;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.id.ModelVersion;
import io.graft.model.KafkaModelArchive;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.model.PromotionPolicy;
import io.graft.model.Verdict;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.tail.Tail;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.EpochListener;
import io.graft.trainer.training.Evaluator;
import io.graft.trainer.training.PromotionGate;
import io.graft.trainer.training.TrainedHead;

/**
 * A new version beside the one that serves, on the same validation samples, each through its own backbone and blocks: on all of
 * the new version's, or on those that the serving one can be measured on and was not trained on.
 */
@Singleton
class ServingComparison {

    private static final Logger LOG = Logger.getLogger(ServingComparison.class);
    private static final int COMPARISON_COUNT_MAX = 4;

    private final TrainerMemory memory;
    private final KafkaModelArchive archive;
    private final FineTuner tuner;
    private final TailArtifacts artifacts;
    private final HeadProgram program;
    private final String labelledSamples;
    private final Duration limit;

    @Inject
    ServingComparison(TrainerMemory memory, KafkaModelArchive archive, FineTuner tuner, TailArtifacts artifacts,
            HeadProgram program, Topics topics, TrainingConfig config) {
        this.memory = memory;
        this.archive = archive;
        this.tuner = tuner;
        this.artifacts = artifacts;
        this.program = program;
        this.labelledSamples = topics.labelledSamples();
        this.limit = Patience.limit(config);
    }

    /**
     * The gate's verdict on what a run trained, beside the version that serves when it is said. A broker or a store that does
     * not answer is asked again, up to the limit, where it matters to the verdict; then the serving version counts as one that
     * cannot be measured, for run again the run would train all of it once more.
     *
     * @param rows features of the snapshot's validation samples, through the new version's own blocks where it has any
     * @throws Problem BUSY when the run is given up
     */
    Verdict judge(QueuedRequest request, FeatureSnapshot snapshot, ByteBuffer rows, TrainedHead trained,
            EpochListener listener) {
        PromotionPolicy policy = request.request().promotion();
        return besideWhatServes(() -> serving(request), serving -> serving
                .map(version -> judge(request, snapshot, rows, trained, version, listener))
                .orElseGet(() -> PromotionGate.judge(policy, trained.measured(), Optional.empty())))
                .orElseGet(() -> PromotionGate.judgeIncomparable(policy, trained.measured(),
                        "the serving version changed " + COMPARISON_COUNT_MAX + " times while it was compared"));
    }

    /** Judges again when another version serves than was judged beside; nothing when that goes on. */
    static Optional<Verdict> besideWhatServes(Supplier<Optional<ModelVersion>> serving,
            Function<Optional<ModelVersion>, Verdict> judge) {
        for (int comparison = 0; comparison < COMPARISON_COUNT_MAX; comparison++) {
            Optional<ModelVersion> before = serving.get();
            Verdict verdict = judge.apply(before);
            if (serving.get().equals(before)) {
                return Optional.of(verdict);
            }
        }
        return Optional.empty();
    }

    private Optional<ModelVersion> serving(QueuedRequest request) {
        return memory.models().servingVersion(request.task());
    }

    private Verdict judge(QueuedRequest request, FeatureSnapshot snapshot, ByteBuffer rows, TrainedHead trained,
            ModelVersion version, EpochListener listener) {
        PromotionPolicy policy = request.request().promotion();
        Patience patience = new Patience(PromotionGate.compares(policy, trained.measured()) ? limit : Duration.ZERO,
                listener::stepEnded);
        try {
            ModelReady serving = patiently(patience, () -> read(new ModelKey(request.task(), version)));
            return judge(policy, trained, serving, measurable(request, snapshot, rows, serving, patience, listener));
        } catch (Problem | IllegalArgumentException e) {
            if (e instanceof Problem problem && problem.type() == ProblemType.BUSY) {
                // The run was given up: whoever runs it next judges.
                throw e;
            }
            LOG.warnf("Serving version cannot be measured task=%s version=%s reason=%s", request.task(), version,
                    e.getMessage());
            return PromotionGate.judgeIncomparable(policy, trained.measured(),
                    "version " + version + " cannot be measured: " + e.getMessage());
        }
    }

    /**
     * What both versions can be measured on.
     *
     * @param samples that both have, and the serving version was not trained on
     * @param leftOut why the other validation samples are not among them
     */
    private record Measurable(SharedValidation samples, String leftOut) {

        /** @param lacking what the validation samples have none of that are not shared */
        static Measurable of(SharedValidation shared, ModelReady serving, String lacking) {
            SharedValidation unseen = shared.unseenBy(serving.dataset());
            List<String> reasons = new ArrayList<>();
            if (!shared.isWhole()) {
                reasons.add("they have no " + lacking);
            }
            if (unseen.sampleCount() < shared.sampleCount()) {
                reasons.add("version " + serving.version() + " was trained on them (its validationFraction is "
                        + serving.dataset().validationFraction().orElseThrow() + ")");
            }
            return new Measurable(unseen, String.join(", or ", reasons));
        }
    }

    private Measurable measurable(QueuedRequest request, FeatureSnapshot snapshot, ByteBuffer rows, ModelReady serving,
            Patience patience, EpochListener listener) {
        BackboneReference backbone = serving.backbone();
        Optional<Tail> tail = artifacts.read(serving, patience);
        if (tail.isPresent()) {
            FineTuner.Validated validated = patiently(patience,
                    () -> tuner.validated(snapshot, backbone, tail.get(), listener));
            return Measurable.of(SharedValidation.of(snapshot, rows, validated, backbone.dimension()), serving,
                    "content in '" + labelledSamples + "' any more");
        }
        FeatureSnapshot other = backbone.sha256().equals(snapshot.backboneSha256()) ? snapshot : features(request, backbone);
        return Measurable.of(SharedValidation.of(snapshot, rows, other), serving,
                "features of backbone '" + backbone.id() + "'");
    }

    private FeatureSnapshot features(QueuedRequest request, BackboneReference backbone) {
        try {
            return memory.features().snapshot(request.task(), BackboneKey.of(backbone), request.request().validationFraction(),
                    id -> true);
        } catch (Problem e) {
            throw e.code().equals(FeatureSnapshot.NO_FEATURES)
                    ? Problem.missing(e.code(), "no sample has features of backbone '" + backbone.id() + "' any more")
                    : e;
        }
    }

    private Verdict judge(PromotionPolicy policy, TrainedHead trained, ModelReady serving, Measurable measurable) {
        SharedValidation shared = measurable.samples;
        if (shared.sampleCount() == 0 && !shared.isWhole()) {
            return PromotionGate.judgeIncomparable(policy, trained.measured(), "version " + serving.version()
                    + " cannot be measured: all validation samples are left out: " + measurable.leftOut);
        }
        try (Evaluator evaluator = shared.ofServing(program)) {
            return PromotionGate.judge(policy, trained.measured(), Optional.of(new PromotionGate.Serving(serving.version(),
                    serving.labels(), evaluator.measure(head(serving)), subset(trained, measurable))));
        }
    }

    private Optional<PromotionGate.Subset> subset(TrainedHead trained, Measurable measurable) {
        if (measurable.samples.isWhole()) {
            return Optional.empty();
        }
        try (Evaluator evaluator = measurable.samples.ofCandidate(program)) {
            return Optional.of(new PromotionGate.Subset(evaluator.measure(trained.head()), measurable.leftOut));
        }
    }

    private static <T> T patiently(Patience patience, Supplier<T> call) {
        return patience.call(call, last -> Problem.broken(last.code(), last.sentence()
                + ", asked for " + patience.limit() + " (expected: an answer within that time, graft.training.store-limit)",
                last));
    }

    private static Head head(ModelReady model) {
        return HeadCodec.decode(Base64.getDecoder().decode(model.head().data()), model.labels());
    }

    /** A version whole, from its topic. */
    private ModelReady read(ModelKey key) {
        return memory.models().place(key).flatMap(archive::read).filter(record -> !record.isTombstone())
                .map(record -> ModelReady.parse(record.body())).orElseThrow(
                        () -> Problem.missing("VERSION_UNKNOWN", "version " + key.version() + " is no longer there"));
    }
}
