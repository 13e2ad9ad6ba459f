package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Cpu;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.model.ModelReady;
import io.graft.sample.SampleKey;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** Where versions come from, asked over REST on a real broker. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
class LineageTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final String PROBLEM = "application/problem+json";

    @AutoClose
    private static Kafka kafka;

    @BeforeAll
    static void open() {
        kafka = new Kafka();
    }

    @Test
    void makesAVersionAgainUntilASampleIsCorrected() {
        // Given
        train("verified", 60, 1);

        // When
        given().post("/v1/tasks/verified/versions/1/verify").then().statusCode(200)
                // Then
                .body("verdict", equalTo("identical")).body("reasons", empty()).body("dataset.foundSampleCount", equalTo(60))
                .body("corrected", empty()).body("software.found.cpu", equalTo(Cpu.describe()));

        // When
        kafka.sendVector("verified", "7", "left", 1, 2, 3);
        awaitLabel("verified", "7", "left");

        // Then
        given().post("/v1/tasks/verified/versions/1/verify").then().statusCode(200)
                .body("verdict", equalTo("different")).body("corrected", contains("7"))
                .body("reasons.code", contains("SAMPLES_CORRECTED"))
                .body("reasons.message", contains("1 sample was corrected since the version"));
    }

    @Test
    void namesTheVersionsThatHadSeenADeletedSample() {
        // Given
        train("unlearned", 40, 2);

        // When
        given().delete("/v1/tasks/unlearned/samples/3").then().statusCode(202);

        // Then
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/unlearned").then().statusCode(200)
                .body("deletedSamples.sampleId", contains("3")).body("deletedSamples[0].versions", contains(1)));
        given().get("/v1/tasks/unlearned/samples/3").then().statusCode(200).body("present", equalTo(false))
                .body("label", nullValue()).body("versions", contains(1));
        given().get("/v1/tasks/unlearned/samples/4").then().statusCode(200).body("present", equalTo(true))
                .body("label", equalTo("left")).body("versions", contains(1));
        given().get("/v1/tasks/unlearned/samples/never-sent").then().statusCode(200).body("present", equalTo(false))
                .body("versions", empty());
        given().post("/v1/tasks/unlearned/versions/1/verify").then().statusCode(200).body("verdict", equalTo("different"))
                .body("deleted", contains("3")).body("reasons.code", contains("SAMPLES_DELETED"));
    }

    @Test
    void refusesToVerifyWhatWasNeverMade() {
        given().post("/v1/tasks/unheard-of/versions/1/verify").then().statusCode(404).contentType(PROBLEM)
                .body("code", equalTo("VERSION_UNKNOWN")).body("detail", equalTo("task 'unheard-of' has no version 1"));
        given().post("/v1/tasks/unheard-of/versions/none/verify").then().statusCode(400).contentType(PROBLEM)
                .body("code", equalTo("VERSION_INVALID"));
    }

    @Test
    void reportsALabelThatDoesNotFit() {
        // Given
        sendTwoClouds("noisy", 80, 3);
        kafka.sendVector("noisy", "wrong", "left", 4, 4, 0);
        awaitLabel("noisy", "wrong", "left");

        // When
        given().queryParam("top", 3).post("/v1/tasks/noisy/label-noise").then().statusCode(200)
                // Then
                .body("sampleCount", equalTo(81)).body("foldCount", equalTo(5)).body("samples.size()", equalTo(3))
                .body("samples[0].sampleId", equalTo("wrong")).body("samples[0].label", equalTo("left"))
                .body("samples[0].suggestedLabel", equalTo("right")).body("samples[0].isLikelyWrong", equalTo(true));
        given().queryParam("top", "many").post("/v1/tasks/noisy/label-noise").then().statusCode(400)
                .body("detail", equalTo("top is 'many' (expected: 1 to 10000)"));
        given().post("/v1/tasks/unheard-of/label-noise").then().statusCode(400)
                .body("code", equalTo("TRAINING_SAMPLES_MISSING"));
    }

    @Test
    void letsTheLogEndWithWhatCounts() {
        // Given
        long now = System.currentTimeMillis();
        byte[] vector = Kafka.bytes("{\"vector\":[1,2,3]}");
        kafka.sendAt(now, "labelled-samples", "late/a", vector, "label", "right");
        kafka.sendAt(now, "labelled-samples", "late/b", null);

        // When
        kafka.sendAt(now - 5000, "labelled-samples", "late/a", vector, "label", "left");
        kafka.sendAt(now - 5000, "labelled-samples", "late/b", vector, "label", "left");

        // Then
        List<ConsumerRecord<byte[], byte[]>> records = kafka.await("sample-features", 6,
                record -> Kafka.key(record).startsWith("late/"));
        Map<String, ConsumerRecord<byte[], byte[]>> compacted = new HashMap<>();
        records.forEach(record -> compacted.put(Kafka.key(record), record));
        ConsumerRecord<byte[], byte[]> kept = compacted.get("late/a");
        assertThat(FeatureCodec.decode(SampleKey.parse(kept.key()), kept.value()).label().value()).isEqualTo("right");
        assertThat(kept.timestamp()).isEqualTo(now);
        assertThat(compacted.get("late/b").value()).isNull();
        assertThat(compacted.get("late/b").timestamp()).isEqualTo(now);
        given().get("/v1/tasks/late").then().body("featureCount", equalTo(1)).body("deletedSamples.sampleId", hasItem("b"));
    }

    @Test
    void skipsAndCountsFeaturesThatItCannotUse() {
        // Given
        kafka.sendVector("skipped", "a", "left", 1, 2, 3);
        ConsumerRecord<byte[], byte[]> good = kafka.await("sample-features", 1,
                record -> Kafka.key(record).equals("skipped/a")).get(0);

        // When
        kafka.sendTo(good.partition(), "sample-features", "skipped/b", new byte[] { 1, 2, 3, 4, 5 });
        kafka.sendTo(good.partition(), "sample-features", "skipped/c", ofDimension(good.value(), 2));
        kafka.sendTo(good.partition(), "sample-features", "skipped/d", ofAnotherBackbone(good.value()));
        kafka.sendVector("skipped", "e", "right", 3, 2, 1);
        kafka.send("train-requests", "skipped", Kafka.bytes("{\"recipe\":{\"optimizer\":\"lbfgs\"},\"validationFraction\":0}"));

        // Then
        await().atMost(LIMIT).untilAsserted(() -> assertThat(given().accept("text/plain").get("/q/metrics").asString())
                .containsPattern("graft_features_skipped_total\\{code=\"FEATURE_INVALID\",?} 1.0")
                .containsPattern("graft_features_skipped_total\\{code=\"FEATURE_DIMENSION_WRONG\",?} 1.0")
                .containsPattern("graft_features_skipped_total\\{code=\"FEATURE_BACKBONE_OTHER\",?} 1.0"));
        ModelReady model = ModelReady.parse(
                kafka.await("model-ready", 1, record -> Kafka.key(record).equals("skipped@1")).get(0).value());
        assertThat(model.dataset().sampleCount()).isEqualTo(2);
        assertThat(model.evaluation().warnings())
                .contains("samples left out, since their features are of backbone 'vector' (00000000): 1");
    }

    private static byte[] ofAnotherBackbone(byte[] feature) {
        Feature known = FeatureCodec.decode(new SampleKey(new TaskId("skipped"), new SampleId("d")), feature);
        return FeatureCodec.encode(new Feature(known.key(), known.timestampMs(), known.label(), known.split(),
                known.sampleSha256(), known.backbone(), "0".repeat(64), known.precision(), known.embedding()));
    }

    /** The same feature with its last number cut off: the form is right, the backbone is the same. */
    private static byte[] ofDimension(byte[] feature, int dimension) {
        byte[] cut = Arrays.copyOf(feature, feature.length - Float.BYTES * (3 - dimension));
        cut[cut.length - dimension * Float.BYTES - Integer.BYTES] = (byte) dimension;
        return cut;
    }

    private static void train(String task, int count, long seed) {
        sendTwoClouds(task, count, seed);
        kafka.send("train-requests", task, Kafka.bytes("{\"recipe\":{\"batchSize\":16,\"epochs\":5}}"));
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/" + task).then()
                .body("versions.version", contains(1)).body("versions[0].sampleCount", equalTo(count)));
    }

    private static void awaitLabel(String task, String sample, String label) {
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/" + task + "/samples/" + new SampleId(sample)).then()
                .body("label", equalTo(label)));
    }

    private static void sendTwoClouds(String task, int count, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            float side = i % 2 == 0 ? -1 : 1;
            kafka.sendVector(task, Integer.toString(i), i % 2 == 0 ? "left" : "right",
                    side + 0.3f * (float) random.nextGaussian(),
                    side + 0.3f * (float) random.nextGaussian(), (float) random.nextGaussian());
        }
    }
}
