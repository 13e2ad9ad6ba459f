package io.graft.trainer.queue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

import io.graft.backbone.HeadProgram;
import io.graft.digest.Digests;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.id.ModelVersion;
import io.graft.model.KafkaModelArchive;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.model.ModelReady.Dataset;
import io.graft.model.ModelReady.HeadArtifact;
import io.graft.model.ModelReady.SelfTest;
import io.graft.model.ModelReady.Software;
import io.graft.model.ModelReady.TopicOffset;
import io.graft.model.Promotion;
import io.graft.model.PromotionPolicy;
import io.graft.model.SampleSketch;
import io.graft.model.UnknownThreshold;
import io.graft.model.Verdict;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.EpochListener;
import io.graft.trainer.training.Evaluator;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.PromotionGate;
import io.graft.trainer.training.TrainedHead;
import io.graft.trainer.training.TrainingSet;

/** A task's features to its next model, whole, and to the gate's verdict on it. */
@Singleton
class ModelMaker {

    private static final Logger LOG = Logger.getLogger(ModelMaker.class);
    private static final int SELF_TEST_ROW_COUNT = 4;

    private final TrainerMemory memory;
    private final KafkaModelArchive archive;
    private final HeadProgram program;
    private final HeadTraining training;
    private final int labelCountMax;
    private final Clock clock;
    private final Software software;

    /**
     * What a run made.
     *
     * @param promotion when the gate lets the model serve
     */
    record Made(ModelReady model, Verdict verdict, Optional<Promotion> promotion) {
    }

    @Inject
    ModelMaker(TrainerMemory memory, KafkaModelArchive archive, TrainingConfig config, Clock clock, Software software) {
        this.memory = memory;
        this.archive = archive;
        this.program = HeadProgram.load();
        this.training = new HeadTraining(program, config.runLimit(), System::nanoTime);
        this.labelCountMax = config.labelCountMax();
        this.clock = clock;
        this.software = software;
    }

    /**
     * Trains on what the memory holds.
     *
     * @param backbone whose features; absent: as the request says, or those that most samples have
     * @param ends of the features that the memory has read at least
     * @throws io.graft.problem.Problem INVALID when the samples or the recipe do not make a model
     */
    Made make(QueuedRequest request, Optional<BackboneKey> backbone, Map<TopicPartition, Long> ends, EpochListener listener) {
        double validationFraction = request.request().validationFraction();
        FeatureSnapshot snapshot = backbone
                .map(key -> memory.features().snapshot(request.task(), key, validationFraction, id -> true))
                .orElseGet(() -> memory.features().snapshot(request.task(), request.request().backbone(), validationFraction));
        snapshot.requireLabelCountAtMost(labelCountMax);
        List<float[]> selfTestRows = selfTestRows(snapshot, request.request().recipe().seed());
        TrainingSet set = new TrainingSet(request.task(), snapshot.labels(), snapshot.dimension(), snapshot.features(),
                snapshot.labelIndexes(), snapshot.trainRowCount());
        TrainedHead trained = training.train(set, request.request().recipe(), listener);
        Verdict verdict = judge(request, snapshot, set, trained);
        ModelReady model = model(request, ends, snapshot, trained, selfTest(trained.head(), selfTestRows), verdict,
                unknown(request, set, trained));
        return new Made(model, verdict, verdict.promoted() ? Optional.of(promotion(model, verdict)) : Optional.empty());
    }

    private ModelReady model(QueuedRequest request, Map<TopicPartition, Long> ends, FeatureSnapshot snapshot,
            TrainedHead trained, SelfTest selfTest, Verdict verdict,
            Optional<UnknownThreshold> unknown) {
        byte[] head = HeadCodec.encode(trained.head());
        List<TopicOffset> offsets = ends.entrySet().stream()
                .map(end -> new TopicOffset(end.getKey().topic(), end.getKey().partition(),
                        Math.max(end.getValue(), snapshot.end())))
                .toList();
        return new ModelReady(request.task(), memory.models().nextVersion(request.task()), request.trainingRunId(),
                request.trainRequestId(), request.requestedAt(), request.request().cause(), clock.instant(),
                new BackboneReference(snapshot.backbone(), snapshot.backboneSha256(), snapshot.dimension(),
                        snapshot.precision()),
                trained.head().labels(),
                new HeadArtifact(HeadArtifact.SAFETENSORS, Digests.sha256Hex(head), head.length,
                        Base64.getEncoder().encodeToString(head)),
                trained.recipe(), trained.epochs(), trained.evaluation().withWarnings(warnings(request, snapshot, unknown)),
                new Dataset(snapshot.trainCount() + snapshot.validationCount(), snapshot.trainCount(),
                        snapshot.validationCount(), Optional.of(snapshot.viewCount()), snapshot.sha256(),
                        Optional.of(request.request().validationFraction()), offsets,
                        Optional.of(SampleSketch.of(snapshot.sampleIds()))),
                selfTest, software, Optional.of(verdict), Optional.of(trained.features()), unknown);
    }

    private static List<String> warnings(QueuedRequest request, FeatureSnapshot snapshot,
            Optional<UnknownThreshold> unknown) {
        List<String> warnings = new ArrayList<>();
        snapshot.leftOut().forEach((backbone, count) -> warnings
                .add("samples left out, since their features are of backbone " + backbone + ": " + count));
        request.request().unknown().filter(wanted -> unknown.isEmpty())
                .ifPresent(wanted -> warnings.add("every answer counts as known, since at no probability "
                        + wanted.accuracy() + " of the validation samples' answers are right"));
        return warnings;
    }

    private Optional<UnknownThreshold> unknown(QueuedRequest request, TrainingSet set, TrainedHead trained) {
        return request.request().unknown().flatMap(wanted -> {
            try (Evaluator evaluator = new Evaluator(program, set)) {
                return evaluator.threshold(trained.head(), wanted);
            }
        });
    }

    private Promotion promotion(ModelReady model, Verdict verdict) {
        Optional<ModelVersion> previous = memory.models().promotion(model.task()).map(Promotion::version);
        return new Promotion(model.task(), model.version(), previous, Promotion.Reason.GATE, Optional.empty(), Optional.empty(),
                Optional.of(verdict), clock.instant());
    }

    /** The gate's verdict, with the serving head on the same validation samples. */
    private Verdict judge(QueuedRequest request, FeatureSnapshot snapshot, TrainingSet set, TrainedHead trained) {
        PromotionPolicy policy = request.request().promotion();
        Optional<Promotion> promotion = memory.models().promotion(request.task());
        if (promotion.isEmpty()) {
            return PromotionGate.judge(policy, trained.measured(), Optional.empty());
        }
        ModelVersion version = promotion.get().version();
        try (Evaluator evaluator = new Evaluator(program, set)) {
            ModelReady serving = read(new ModelKey(request.task(), version));
            if (!serving.backbone().sha256().equals(snapshot.backboneSha256())) {
                return judgeAcross(request, snapshot, trained, serving);
            }
            return PromotionGate.judge(policy, trained.measured(),
                    Optional.of(new PromotionGate.Serving(version, serving.labels(), evaluator.measure(head(serving)))));
        } catch (Problem | IllegalArgumentException e) {
            if (e instanceof Problem problem && problem.type() == ProblemType.BUSY) {
                // The broker did not answer: no reason to judge otherwise than it would let us.
                throw e;
            }
            LOG.warnf("Serving version cannot be compared with task=%s version=%s reason=%s", request.task(), version,
                    e.getMessage());
            return PromotionGate.judgeIncomparable(policy, trained.measured(), "version " + version + " cannot be read");
        }
    }

    private static Head head(ModelReady model) {
        return HeadCodec.decode(Base64.getDecoder().decode(model.head().data()), model.labels());
    }

    /** The serving version takes features of another backbone: both are measured on the samples that have both. */
    private Verdict judgeAcross(QueuedRequest request, FeatureSnapshot snapshot, TrainedHead trained, ModelReady serving) {
        BackboneReference other = serving.backbone();
        PromotionPolicy policy = request.request().promotion();
        SharedValidation shared;
        try {
            shared = new SharedValidation(snapshot, memory.features().snapshot(request.task(),
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

    /**
     * Rows that are nobody's sample, since an event outlives the samples: drawn from the seed, with the mean and deviation of
     * all numbers of the features, so that the head works in its range.
     */
    private static List<float[]> selfTestRows(FeatureSnapshot snapshot, long seed) {
        FloatBuffer numbers = snapshot.features().asFloatBuffer();
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < numbers.limit(); i++) {
            sum += numbers.get(i);
            squares += (double) numbers.get(i) * numbers.get(i);
        }
        double mean = sum / numbers.limit();
        double deviation = Math.sqrt(Math.max(0, squares / numbers.limit() - mean * mean));
        Random random = new Random(seed);
        List<float[]> rows = new ArrayList<>(SELF_TEST_ROW_COUNT);
        for (int i = 0; i < SELF_TEST_ROW_COUNT; i++) {
            float[] row = new float[snapshot.dimension()];
            for (int d = 0; d < row.length; d++) {
                row[d] = (float) (mean + deviation * random.nextGaussian());
            }
            rows.add(row);
        }
        return rows;
    }

    private static SelfTest selfTest(Head head, List<float[]> rows) {
        ByteBuffer features = ByteBuffer.allocate(rows.size() * head.dimension() * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        List<List<Float>> probabilities = new ArrayList<>(rows.size());
        for (float[] row : rows) {
            for (float number : row) {
                features.putFloat(number);
            }
            List<Float> answer = new ArrayList<>();
            for (float probability : head.probabilities(row)) {
                answer.add(probability);
            }
            probabilities.add(answer);
        }
        return new SelfTest(Base64.getEncoder().encodeToString(features.array()), probabilities);
    }

    @PreDestroy
    void close() {
        program.close();
    }
}
