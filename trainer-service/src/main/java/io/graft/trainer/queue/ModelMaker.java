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

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.common.TopicPartition;

import io.graft.backbone.Backbones;
import io.graft.backbone.HeadProgram;
import io.graft.digest.Digests;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.id.ModelVersion;
import io.graft.model.EpochResult;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.model.ModelReady.Dataset;
import io.graft.model.ModelReady.HeadArtifact;
import io.graft.model.ModelReady.SelfTest;
import io.graft.model.ModelReady.Software;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.model.ModelReady.TopicOffset;
import io.graft.model.Promotion;
import io.graft.model.Recipe;
import io.graft.model.SampleSketch;
import io.graft.model.TrainRequest;
import io.graft.model.UnknownThreshold;
import io.graft.model.Verdict;
import io.graft.tail.Depth;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.EpochListener;
import io.graft.trainer.training.Evaluator;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.PromotionGate;
import io.graft.trainer.training.TailTraining;
import io.graft.trainer.training.TrainedHead;
import io.graft.trainer.training.TrainingSet;

/** A task's features to its next model, whole, and to the gate's verdict on it. */
@Singleton
class ModelMaker {

    private static final int SELF_TEST_ROW_COUNT = 4;

    private final TrainerMemory memory;
    private final ServingComparison comparison;
    private final HeadProgram program;
    private final HeadTraining training;
    private final FineTuner tuner;
    private final TailArtifacts artifacts;
    private final Backbones backbones;
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
    ModelMaker(TrainerMemory memory, ServingComparison comparison, FineTuner tuner, TailArtifacts artifacts,
            Backbones backbones, HeadProgram program, TrainingConfig config, Clock clock, Software software) {
        this.memory = memory;
        this.comparison = comparison;
        this.program = program;
        this.training = new HeadTraining(program, config.runLimit(), System::nanoTime);
        this.tuner = tuner;
        this.artifacts = artifacts;
        this.backbones = backbones;
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
        Trained trained = train(request, snapshot, listener);
        Verdict verdict = judge(request, snapshot, trained, listener);
        ModelReady model = model(request, ends, snapshot, trained, verdict, unknown(request, trained));
        return new Made(model, verdict, verdict.promoted() ? Optional.of(promotion(model, verdict)) : Optional.empty());
    }

    /**
     * What training came to.
     *
     * @param set what the head was trained on
     * @param alone the head on the backbone's own blocks, where blocks were trained too
     * @param tail these blocks, where they can be fetched
     */
    private record Trained(TrainingSet set, TrainedHead head, SelfTest selfTest, Optional<TrainedHead> alone,
            Optional<TailArtifact> tail) {
    }

    private Trained train(QueuedRequest queued, FeatureSnapshot snapshot, EpochListener listener) {
        TrainRequest request = queued.request();
        if (request.depth() == Depth.HEAD) {
            return train(queued, snapshot, snapshot.features(), Optional.empty(), Optional.empty(), listener);
        }
        Trained alone = train(queued, snapshot, snapshot.features(), Optional.empty(), Optional.empty(), quiet(listener));
        FineTuner.Tuned tuned = tuner.tune(request, snapshot, alone.head, listener);
        return train(queued, snapshot, tuned.features(), Optional.of(tuned.trained()), Optional.of(alone.head),
                quiet(listener));
    }

    /** Hears of no epoch: those of a run with blocks are the blocks'. */
    private static EpochListener quiet(EpochListener listener) {
        return new EpochListener() {
            @Override
            public void epochEnded(EpochResult result) {
                listener.stepEnded();
            }

            @Override
            public void stepEnded() {
                listener.stepEnded();
            }
        };
    }

    /** @param features of the snapshot's rows, through the blocks where there are any */
    private Trained train(QueuedRequest queued, FeatureSnapshot snapshot, ByteBuffer features,
            Optional<TailTraining.Trained> blocks, Optional<TrainedHead> alone, EpochListener listener) {
        Recipe recipe = queued.request().recipe();
        List<float[]> selfTestRows = selfTestRows(features.asFloatBuffer(), snapshot.dimension(), recipe.seed());
        TrainingSet set = new TrainingSet(queued.task(), snapshot.labels(), snapshot.dimension(), features,
                snapshot.labelIndexes(), snapshot.trainRowCount());
        TrainedHead head = blocks.isPresent() ? training.train(set, recipe, blocks.get(), listener)
                : training.train(set, recipe, listener);
        return new Trained(set, head, selfTest(head.head(), selfTestRows), alone, blocks.map(trained -> artifacts
                .put(backbones.open(snapshot.backbone()), trained.tail(), recipe.seed(), listener)));
    }

    private ModelReady model(QueuedRequest request, Map<TopicPartition, Long> ends, FeatureSnapshot snapshot, Trained made,
            Verdict verdict, Optional<UnknownThreshold> unknown) {
        TrainedHead trained = made.head;
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
                made.selfTest, software, Optional.of(verdict), Optional.of(trained.features()), unknown,
                made.tail);
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

    private Optional<UnknownThreshold> unknown(QueuedRequest request, Trained trained) {
        return request.request().unknown().flatMap(wanted -> {
            try (Evaluator evaluator = new Evaluator(program, trained.set)) {
                return evaluator.threshold(trained.head.head(), wanted);
            }
        });
    }

    private Promotion promotion(ModelReady model, Verdict verdict) {
        Optional<ModelVersion> previous = memory.models().promotion(model.task()).map(Promotion::version);
        return new Promotion(model.task(), model.version(), previous, Promotion.Reason.GATE, Optional.empty(), Optional.empty(),
                Optional.of(verdict), clock.instant());
    }

    /** The gate's verdict, with the serving version on the same validation samples. */
    private Verdict judge(QueuedRequest request, FeatureSnapshot snapshot, Trained trained, EpochListener listener) {
        Verdict verdict = comparison.judge(request, snapshot, trained.set.validationRows(), trained.head, listener);
        return trained.alone.map(alone -> PromotionGate.judgeBlocks(verdict, trained.head.measured(), alone.measured()))
                .orElse(verdict);
    }

    /**
     * Rows that are nobody's sample, since an event outlives the samples: drawn from the seed, with the mean and deviation of
     * all numbers of the features, so that the head works in its range.
     */
    private static List<float[]> selfTestRows(FloatBuffer numbers, int dimension, long seed) {
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
            float[] row = new float[dimension];
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
}
