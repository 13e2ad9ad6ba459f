package io.graft.trainer.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.backbone.HeadProgram;
import io.graft.digest.Digests;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.model.ClassWeights;
import io.graft.model.Evaluation;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.Software;
import io.graft.model.Recipe;
import io.graft.model.SampleSketch;
import io.graft.problem.Problem;
import io.graft.testing.KafkaBroker;
import io.graft.testing.KafkaTopic;
import io.graft.trainer.table.DrawnFeatures;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.TrainedHead;
import io.graft.trainer.training.TrainingSet;
import io.graft.trainer.verification.Verification.Code;
import io.graft.trainer.verification.Verification.Reason;
import io.graft.trainer.verification.Verification.Verdict;

/** Verification on a real log: each test has topics of its own, and writes what the trainer would have written. */
class VersionVerificationTest {

    private static final ModelVersion VERSION = new ModelVersion(1);
    private static final Recipe RECIPE = new Recipe(Recipe.SGD, 3, 8, 0.01, 0.9, 0, 7, 0.1, 7, ClassWeights.NONE);
    private static final Software SOFTWARE = new Software("1.0", "PyTorch 2.7.1", Optional.of("amd64 avx2"));
    private static final String TAKEN_AWAY = "its record was taken away by compaction";

    @TempDir
    static Path folder;
    private static KafkaBroker broker;
    private static KafkaProducer<byte[], byte[]> producer;
    private static HeadTraining training;
    private static HeadProgram program;
    private static int testCount;

    private final List<Feature> features = DrawnFeatures.clouds(60, 8, 3, 2, 5);
    private Topics topics;

    @BeforeAll
    static void start() {
        broker = KafkaBroker.start(folder);
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrapServers(), "acks", "all"),
                new ByteArraySerializer(), new ByteArraySerializer());
        program = HeadProgram.load();
        training = new HeadTraining(program, Duration.ofMinutes(1), System::nanoTime);
    }

    @AfterAll
    static void stop() {
        program.close();
        producer.close();
        broker.close();
    }

    @BeforeEach
    void createTopics() {
        topics = new Topics("test" + testCount++ + "-");
        // The drawn timestamps are of 1970: a topic that deletes what is old would.
        KafkaTopic.create(broker, topics.sampleFeatures(), 1, Map.of("cleanup.policy", "compact"));
        KafkaTopic.create(broker, topics.modelReady(), 2, Map.of("cleanup.policy", "compact"));
    }

    @Test
    void saysIdenticalWhenNothingHasChanged() {
        // Given
        features.forEach(this::write);
        publish(features, 60);
        write(DrawnFeatures.feature("came-later", 1, "label-0", new float[8]));

        // When
        Verification verification = verify(SOFTWARE);

        // Then
        assertThat(verification.verdict()).as(verification.toString()).isEqualTo(Verdict.IDENTICAL);
        assertThat(verification.reasons()).isEmpty();
        assertThat(verification.head().foundSha256()).contains(verification.head().expectedSha256());
        assertThat(verification.dataset().foundSha256()).contains(verification.dataset().expectedSha256());
        assertThat(verification.dataset().foundSampleCount()).isEqualTo(60);
    }

    @Test
    void saysIdenticalWhenASampleWasSentAgainAsItWas() {
        // Given
        features.forEach(this::write);
        publish(features, 60);
        write(DrawnFeatures.relabelled(features.get(4), "label-1"));

        // When
        Verification verification = verify(SOFTWARE);

        // Then
        assertThat(verification.verdict()).as(verification.toString()).isEqualTo(Verdict.IDENTICAL);
    }

    @Test
    void namesTheSampleThatWasCorrected() {
        // Given
        features.forEach(this::write);
        publish(features, 60);
        write(DrawnFeatures.relabelled(features.get(4), "label-2"));

        // When
        Verification verification = verify(SOFTWARE);

        // Then
        assertThat(verification.verdict()).isEqualTo(Verdict.DIFFERENT);
        assertThat(verification.corrected()).containsExactly(new SampleId("sample-4"));
        assertThat(verification.reasons())
                .containsExactly(new Reason(Code.SAMPLES_CORRECTED, "1 sample was corrected since the version"));
        assertThat(verification.dataset().foundSampleCount()).isEqualTo(59);
    }

    @Test
    void makesAVersionAgainFromItsViews() {
        // Given
        List<Feature> viewed = features.stream().map(feature -> DrawnFeatures.viewed(feature, 2)).toList();
        viewed.forEach(this::write);
        publish(viewed, 60);
        write(DrawnFeatures.relabelled(viewed.get(4), "label-1"));

        // Then
        Verification same = verify(SOFTWARE);
        assertThat(same.verdict()).as(same.toString()).isEqualTo(Verdict.IDENTICAL);
        assertThat(same.dataset().foundSampleCount()).isEqualTo(60);

        // When
        write(DrawnFeatures.relabelled(DrawnFeatures.viewed(features.get(4), 1), "label-1"));

        // Then
        assertThat(verify(SOFTWARE).corrected()).containsExactly(new SampleId("sample-4"));
    }

    @Test
    void namesTheSamplesThatWereDeleted() {
        // Given
        features.forEach(this::write);
        publish(features, 60);
        delete(features.get(7));
        delete(features.get(9));

        // When
        Verification verification = verify(SOFTWARE);

        // Then
        assertThat(verification.deleted()).containsExactly(new SampleId("sample-7"), new SampleId("sample-9"));
        assertThat(verification.reasons())
                .containsExactly(new Reason(Code.SAMPLES_DELETED, "2 samples were deleted since the version"));
    }

    @Test
    void knowsBySketchWhatBecameOfSamplesWhoseRecordsCompactionTook() {
        // Given
        features.subList(4, 60).forEach(this::write);
        publish(features, 56);
        write(DrawnFeatures.relabelled(features.get(0), "label-2"));
        delete(features.get(1));
        delete(DrawnFeatures.feature("never-seen", 1, "label-0", 1));

        // When
        Verification verification = verify(SOFTWARE);

        // Then
        assertThat(verification.corrected()).as(TAKEN_AWAY).containsExactly(new SampleId("sample-0"));
        assertThat(verification.deleted()).as(TAKEN_AWAY).containsExactly(new SampleId("sample-1"));
        assertThat(verification.reasons()).extracting(Reason::message).containsExactly(
                "1 sample was corrected since the version", "1 sample was deleted since the version",
                "2 of the version's samples are no longer in the log, nor is the record that took them away");
    }

    @Test
    void saysIdenticalWhenCompactionLeftOnlyTheSampleThatWasSentAgain() {
        // Given
        features.subList(1, 60).forEach(this::write);
        publish(features, 59);
        write(DrawnFeatures.relabelled(features.get(0), "label-0"));

        // Then
        assertThat(verify(SOFTWARE).verdict()).as(TAKEN_AWAY).isEqualTo(Verdict.IDENTICAL);
    }

    @Test
    void saysThatOtherSoftwareMayBeWhy() {
        // Given
        features.forEach(this::write);
        ModelReady model = publish(features, 60);
        byte[] other = HeadCodec.encode(new Head(model.labels(), 8, new float[24], new float[3]));
        publish(withHead(model, other));

        // When
        Verification verification = verify(new Software("1.1", "PyTorch 2.8.0", Optional.of("amd64 avx512f")));

        // Then
        assertThat(verification.verdict()).isEqualTo(Verdict.DIFFERENT);
        assertThat(verification.reasons()).extracting(Reason::message).containsExactly(
                "the version was made by Graft 1.0 on PyTorch 2.7.1, this is Graft 1.1 on PyTorch 2.8.0",
                "the version was made on the CPU 'amd64 avx2', this is 'amd64 avx512f'");
        assertThat(verify(SOFTWARE).reasons()).extracting(Reason::code).containsExactly(Code.UNEXPLAINED);
    }

    @Test
    void doesNotKnowAVersionThatWasNeverMade() {
        assertThatThrownBy(() -> verify(SOFTWARE)).isInstanceOf(Problem.class)
                .hasMessage("task 'birds' has no version 1");
    }

    private Verification verify(Software software) {
        return new VersionVerification(Map.of("bootstrap.servers", broker.bootstrapServers()), topics, training, software,
                Duration.ofMinutes(1)).verify(DrawnFeatures.TASK, VERSION);
    }

    /** What a run would have made of these samples and pinned there. */
    private ModelReady publish(List<Feature> samples, long end) {
        FeatureSnapshot snapshot = DrawnFeatures.table(samples).snapshot(Optional.empty(), 0.25);
        List<SampleId> ids = new ArrayList<>(snapshot.sampleIds());
        TrainingSet set = new TrainingSet(snapshot.task(), snapshot.labels(), snapshot.dimension(), snapshot.features(),
                snapshot.labelIndexes(), snapshot.trainRowCount());
        TrainedHead trained = training.train(set, RECIPE, epoch -> {
        });
        byte[] head = HeadCodec.encode(trained.head());
        Instant at = Instant.parse("2026-01-01T12:00:00Z");
        ModelReady model = new ModelReady(DrawnFeatures.TASK, VERSION, new TrainingRunId("run"), new TrainRequestId("request"),
                at, Optional.empty(), at,
                DrawnFeatures.backbone(8),
                snapshot.labels(), artifact(head), trained.recipe(), List.of(),
                new Evaluation(0, 0, 0, List.of(), List.of()),
                new ModelReady.Dataset(ids.size(), snapshot.trainCount(), snapshot.validationCount(),
                        Optional.of(snapshot.viewCount()), snapshot.sha256(),
                        Optional.of(0.25), List.of(new ModelReady.TopicOffset(topics.sampleFeatures(), 0, end)),
                        Optional.of(SampleSketch.of(ids))),
                new ModelReady.SelfTest("", List.of()), SOFTWARE, Optional.empty(),
                Optional.of(trained.features()), Optional.empty(), Optional.empty());
        publish(model);
        return model;
    }

    private static ModelReady.HeadArtifact artifact(byte[] head) {
        return new ModelReady.HeadArtifact(ModelReady.HeadArtifact.SAFETENSORS, Digests.sha256Hex(head), head.length,
                Base64.getEncoder().encodeToString(head));
    }

    private static ModelReady withHead(ModelReady model, byte[] head) {
        return new ModelReady(model.task(), model.version(), model.trainingRunId(), model.trainRequestId(),
                model.requestedAt(), model.cause(), model.createdAt(), model.backbone(), model.labels(), artifact(head),
                model.recipe(),
                model.epochs(), model.evaluation(), model.dataset(), model.selfTest(), model.software(), model.verdict(),
                model.featureStatistics(), model.unknown(), model.tail());
    }

    private void publish(ModelReady model) {
        send(new ProducerRecord<>(topics.modelReady(), Topics.keyBytes(new ModelKey(model.task(), VERSION).toString()),
                Json.write(model)));
    }

    private void write(Feature feature) {
        send(new ProducerRecord<>(topics.sampleFeatures(), 0, feature.timestampMs(), feature.key().toBytes(),
                FeatureCodec.encode(feature)));
    }

    private void delete(Feature feature) {
        send(new ProducerRecord<>(topics.sampleFeatures(), 0, feature.timestampMs() + 1_000_000, feature.key().toBytes(),
                (byte[]) null));
    }

    private static void send(ProducerRecord<byte[], byte[]> record) {
        try {
            producer.send(record).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
