package io.graft.trainer.queue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.graft.backbone.HeadProgram;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.id.ModelVersion;
import io.graft.model.KafkaModelArchive;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.model.Promotion;
import io.graft.model.PromotionPolicy;
import io.graft.model.Verdict;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.EpochListener;
import io.graft.trainer.training.Evaluator;
import io.graft.trainer.training.PromotionGate;
import io.graft.trainer.training.TrainedHead;

/** A new version beside the one that serves, on the same validation samples, each through its own backbone and blocks. */
@Singleton
class ServingComparison {

    private static final Logger LOG = Logger.getLogger(ServingComparison.class);

    private final TrainerMemory memory;
    private final KafkaModelArchive archive;
    private final FineTuner tuner;
    private final TailArtifacts artifacts;
    private final HeadProgram program;

    @Inject
    ServingComparison(TrainerMemory memory, KafkaModelArchive archive, FineTuner tuner, TailArtifacts artifacts,
            HeadProgram program) {
        this.memory = memory;
        this.archive = archive;
        this.tuner = tuner;
        this.artifacts = artifacts;
        this.program = program;
    }

    /**
     * The gate's verdict on what a run trained.
     *
     * @param rows features of the snapshot's validation samples, through the new version's own blocks where it has any
     * @throws Problem BUSY when the broker does not answer
     */
    Verdict judge(QueuedRequest request, FeatureSnapshot snapshot, ByteBuffer rows, TrainedHead trained,
            EpochListener listener) {
        PromotionPolicy policy = request.request().promotion();
        Optional<Promotion> promotion = memory.models().promotion(request.task());
        if (promotion.isEmpty()) {
            return PromotionGate.judge(policy, trained.measured(), Optional.empty());
        }
        ModelVersion version = promotion.get().version();
        try {
            ModelReady serving = read(new ModelKey(request.task(), version));
            if (serving.tail().isEmpty() && !serving.backbone().sha256().equals(snapshot.backboneSha256())) {
                return judgeAcross(request, snapshot, rows, trained, serving);
            }
            try (Evaluator evaluator = evaluator(snapshot, serving, listener)) {
                return PromotionGate.judge(policy, trained.measured(),
                        Optional.of(new PromotionGate.Serving(version, serving.labels(), evaluator.measure(head(serving)))));
            }
        } catch (Problem | IllegalArgumentException e) {
            if (e instanceof Problem problem && problem.type() == ProblemType.BUSY) {
                // The broker did not answer: no reason to judge otherwise than it would let us.
                throw e;
            }
            LOG.warnf("Serving version cannot be measured task=%s version=%s reason=%s", request.task(), version,
                    e.getMessage());
            return PromotionGate.judgeIncomparable(policy, trained.measured(),
                    "version " + version + " cannot be measured: " + e.getMessage());
        }
    }

    /** Of the snapshot's validation samples, as the serving version takes them. */
    private Evaluator evaluator(FeatureSnapshot snapshot, ModelReady serving, EpochListener listener) {
        int from = snapshot.trainRowCount();
        int[] labels = Arrays.copyOfRange(snapshot.labelIndexes(), from, snapshot.labelIndexes().length);
        int dimension = serving.backbone().dimension();
        int rowBytes = dimension * Float.BYTES;
        ByteBuffer rows = artifacts.read(serving, listener)
                .map(tail -> tuner.validationFeatures(snapshot, serving.backbone(), tail, listener))
                .orElseGet(() -> snapshot.features().slice(from * rowBytes, labels.length * rowBytes));
        return new Evaluator(program, snapshot.labels(), dimension, rows.order(ByteOrder.nativeOrder()), labels);
    }

    private static Head head(ModelReady model) {
        return HeadCodec.decode(Base64.getDecoder().decode(model.head().data()), model.labels());
    }

    /** The serving version takes features of another backbone: both are measured on the samples that have both. */
    private Verdict judgeAcross(QueuedRequest request, FeatureSnapshot snapshot, ByteBuffer rows, TrainedHead trained,
            ModelReady serving) {
        BackboneReference other = serving.backbone();
        PromotionPolicy policy = request.request().promotion();
        SharedValidation shared;
        try {
            shared = new SharedValidation(snapshot, rows, memory.features().snapshot(request.task(),
                    BackboneKey.of(other), request.request().validationFraction(),
                    id -> true));
        } catch (Problem e) {
            return PromotionGate.judgeIncomparable(policy, trained.measured(), "version " + serving.version()
                    + " takes features of backbone '" + other.id() + "', which no sample has any more");
        }
        if (shared.sampleCount() == 0) {
            return PromotionGate.judgeIncomparable(policy, trained.measured(), "version " + serving.version()
                    + " takes features of backbone '" + other.id() + "', which no validation sample has");
        }
        try (Evaluator ofCandidate = shared.ofCandidate(program); Evaluator ofServing = shared.ofServing(program)) {
            return PromotionGate.judge(policy, ofCandidate.measure(trained.head()), Optional.of(new PromotionGate.Serving(
                    serving.version(), serving.labels(), ofServing.measure(head(serving)))));
        }
    }

    /** A version whole, from its topic. */
    private ModelReady read(ModelKey key) {
        return memory.models().place(key).flatMap(archive::read).filter(record -> !record.isTombstone())
                .map(record -> ModelReady.parse(record.body())).orElseThrow(
                        () -> Problem.missing("VERSION_UNKNOWN", "version " + key.version() + " is no longer there"));
    }
}
