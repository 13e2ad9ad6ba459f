package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

import jakarta.inject.Inject;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.event.Json;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelReady;
import io.graft.model.Promotion;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.model.Verdict;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;

/** The trainer on a real broker, seen through its topics, its REST door and its metrics. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
class TrainerFlowTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final String PROBLEM = "application/problem+json";

    @AutoClose
    private static Kafka kafka;

    @Inject
    KafkaClientService clients;

    @BeforeAll
    static void open() {
        kafka = new Kafka();
    }

    @Test
    void makesAVersionOfEverySampleBeforeTheRequest() {
        // Given
        sendTwoClouds("clouds", 300, 1);

        // When
        kafka.send("train-requests", "clouds", Kafka.bytes("{\"recipe\":{\"optimizer\":\"sgd\",\"batchSize\":16}}"));

        // Then
        ModelReady model = awaitModel("clouds", 1);
        assertThat(model.dataset().sampleCount()).isEqualTo(300);
        assertThat(model.dataset().trainCount() + model.dataset().validationCount()).isEqualTo(300);
        assertThat(model.labels()).containsExactly("left", "right");
        assertThat(model.evaluation().accuracy()).isGreaterThan(0.95);
        assertThat(model.epochs()).hasSize(25);
        assertThat(model.recipe().asked().optimizer()).isEqualTo("sgd");
        assertThat(awaitPromotion("clouds", 1).reason()).isEqualTo(Promotion.Reason.GATE);
        List<TrainingState> states = kafka.await("training-progress", 27, record -> Kafka.key(record).equals("clouds")).stream()
                .map(record -> Json.readLenient(record.value(), TrainingProgress.class, "X_INVALID", "progress").state())
                .filter(state -> state != TrainingState.WAITING_FOR_SAMPLES).toList();
        assertThat(states.get(0)).isEqualTo(TrainingState.QUEUED);
        assertThat(states).contains(TrainingState.RUNNING);
    }

    @Test
    void comparesOnSamplesThatTheServingVersionWasNotTrainedOn() {
        // Given: a version with a tenth of the samples for validation
        sendTwoClouds("seen", 300, 7);
        kafka.send("train-requests", "seen", Kafka.bytes("{\"validationFraction\":0.1}"));
        int held = awaitModel("seen", 1).dataset().validationCount();
        awaitPromotion("seen", 1);
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/seen").then().body("serving", equalTo(1)));

        // When: and one with half of them
        kafka.send("train-requests", "seen", Kafka.bytes("{\"trainRequestId\":\"second\",\"validationFraction\":0.5}"));

        // Then
        ModelReady second = awaitModel("seen", 2);
        Verdict verdict = second.verdict().orElseThrow();
        int validationCount = second.dataset().validationCount();
        assertThat(held).isPositive();
        assertThat(verdict.sampleCount()).isEqualTo(held);
        assertThat(verdict.reason()).endsWith("; " + (validationCount - held) + " of " + validationCount
                + " validation samples are left out: version 1 was trained on them (its validationFraction is 0.1)");
    }

    @Test
    void comparesWithNoVersionThatWasTrainedOnAllSamples() {
        // Given
        sendTwoClouds("greedy", 60, 11);
        kafka.send("train-requests", "greedy", Kafka.bytes("{\"validationFraction\":0,\"promotion\":{\"policy\":\"always\"}}"));
        awaitPromotion("greedy", 1);
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/greedy").then().body("serving", equalTo(1)));

        // When
        kafka.send("train-requests", "greedy", Kafka.bytes("{\"trainRequestId\":\"second\"}"));

        // Then
        Verdict verdict = awaitModel("greedy", 2).verdict().orElseThrow();
        assertThat(verdict.promoted()).isFalse();
        assertThat(verdict.reason()).endsWith("; version 1 cannot be measured: all validation samples are left out: version 1 "
                + "was trained on them (its validationFraction is 0.0) (expected: a version to compare with; policy 'always' "
                + "promotes without one)");
    }

    @Test
    void leavesItToTheClientOfTheRestDoorToTryAgain() {
        // Then
        assertThat(clients.<byte[], byte[]> getProducer("labelled-samples").configuration()).containsKey("acks")
                .doesNotContainKey("retries");
    }

    @Test
    void showsWhatTheGateSaidAlsoWhenItRefuses() {
        // Given a version, and a second one of the same samples
        sendTwoClouds("judged", 300, 5);
        kafka.send("train-requests", "judged", Kafka.bytes("{}"));
        Promotion promotion = awaitPromotion("judged", 1);
        kafka.send("train-requests", "judged",
                Kafka.bytes("{\"promotion\":{\"minimumLabelRecall\":1,\"significance\":0.05}}"));

        // When
        ModelReady second = awaitModel("judged", 2);

        // Then
        Verdict first = awaitModel("judged", 1).verdict().orElseThrow();
        assertThat(first.promoted()).isTrue();
        assertThat(first.reason()).endsWith("; no version served before");
        assertThat(promotion.verdict()).contains(first);
        Verdict verdict = second.verdict().orElseThrow();
        assertThat(verdict.promoted()).isFalse();
        assertThat(verdict.servingVersion()).contains(new ModelVersion(1));
        assertThat(verdict.servingAccuracy()).isEqualTo(verdict.candidateAccuracy());
        assertThat(verdict.significance().orElseThrow().pValue()).isEqualTo(1);
        assertThat(second.recipe().candidates()).hasSize(14);
        await().atMost(LIMIT).untilAsserted(() -> {
            given().get("/v1/tasks/judged").then().body("versions[0].verdict.promoted", equalTo(true))
                    .body("versions[1].verdict.promoted", equalTo(false))
                    .body("versions[1].verdict.reason", equalTo(verdict.reason()));
            assertThat(given().accept("text/plain").get("/q/metrics").asString())
                    .contains("graft_gate_accuracy{side=\"candidate\",task=\"judged\",} 1.0")
                    .contains("graft_gate_accuracy{side=\"serving\",task=\"judged\",} 1.0");
        });
    }

    @Test
    void refusesToPromoteWhatWasNotMeasured() {
        // Given
        sendTwoClouds("unmeasured", 20, 6);

        // When
        kafka.send("train-requests", "unmeasured", Kafka.bytes("{\"validationFraction\":0}"));

        // Then
        ModelReady model = awaitModel("unmeasured", 1);
        assertThat(model.verdict().orElseThrow().reason())
                .isEqualTo("there are no validation samples to measure the accuracy on (expected: at least 1)");
        assertThat(model.evaluation().warnings()).containsExactly("there are no validation samples: nothing was measured");
        assertThat(model.recipe().reason()).startsWith("there are no validation samples to choose by");
    }

    @Test
    void failsARunOfTooManyLabels() {
        // Given
        for (int i = 0; i < 1001; i++) {
            kafka.sendVector("crowded", "s" + i, "label " + i, i, 1);
        }

        // When
        kafka.send("train-requests", "crowded", Kafka.bytes("{}"));

        // Then
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/crowded/training-runs").then()
                .body("[0].error.code", equalTo("TRAINING_LABELS_TOO_MANY"))
                .body("[0].error.message", equalTo("task 'crowded' has 1001 labels (expected: at most 1000)")));
    }

    @Test
    void trainsARequestIdOnce() {
        // Given
        sendTwoClouds("once", 60, 2);
        byte[] request = Kafka.bytes("{\"trainRequestId\":\"nightly-1\"}");

        // When
        kafka.send("train-requests", "once", request);
        kafka.send("train-requests", "once", request);
        kafka.send("train-requests", "once", Kafka.bytes("{\"trainRequestId\":\"nightly-2\"}"));

        // Then
        assertThat(awaitModel("once", 2).trainRequestId().value()).isEqualTo("nightly-2");
        assertThat(awaitModel("once", 1).trainRequestId().value()).isEqualTo("nightly-1");
    }

    @Test
    void countsACorrectionOnceAndADeletionNot() {
        // Given
        sendTwoClouds("corrected", 40, 3);
        kafka.sendVector("corrected", "0", "right", 3, 3, 3);
        kafka.send("labelled-samples", "corrected/1", null);

        // When
        kafka.send("train-requests", "corrected", Kafka.bytes("{}"));

        // Then
        assertThat(awaitModel("corrected", 1).dataset().sampleCount()).isEqualTo(39);
        given().get("/v1/tasks/corrected").then().statusCode(200).body("featureCount", equalTo(39))
                .body("labels.sum { it.trainCount + it.validationCount }", equalTo(39))
                .body("labels.find { it.label == 'left' }.with { it.trainCount + it.validationCount }", equalTo(19));
    }

    @Test
    void sendsWhatItCannotUseToTheDeadLetters() {
        // When
        kafka.send("labelled-samples", "letters/no-label", Kafka.bytes("{\"vector\":[1,2]}"));
        kafka.send("labelled-samples", "letters/broken", new byte[] { (byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 0, 1, 2 }, "label",
                "x", "other", "kept");
        kafka.send("labelled-samples", "no-slash", Kafka.bytes("{\"vector\":[1,2]}"), "label", "x");

        // Then
        List<ConsumerRecord<byte[], byte[]>> letters = kafka.await("labelled-samples-dead-letter", 3,
                record -> Kafka.key(record).startsWith("letters/") || Kafka.key(record).equals("no-slash"));
        assertThat(letters).extracting(record -> Kafka.header(record, "dead-letter-code"))
                .containsExactlyInAnyOrder("SAMPLE_LABEL_MISSING", "SAMPLE_IMAGE_UNREADABLE", "SAMPLE_KEY_INVALID");
        ConsumerRecord<byte[], byte[]> broken = letters.stream().filter(record -> Kafka.key(record).equals("letters/broken"))
                .findFirst().orElseThrow();
        assertThat(broken.value()).containsExactly(0xFF, 0xD8, 0xFF, 0, 1, 2);
        assertThat(Kafka.header(broken, "other")).isEqualTo("kept");
        assertThat(Kafka.header(broken, "dead-letter-topic")).isEqualTo("labelled-samples");
    }

    @Test
    void putsAsideAVectorOfAnotherLengthThanTheTasksFirst() {
        // Given
        kafka.sendVector("lengths", "a", "x", 1, 2, 3);
        kafka.await("sample-features", 1, record -> Kafka.key(record).equals("lengths/a"));

        // When
        kafka.sendVector("lengths", "b", "y", 1, 2);

        // Then
        ConsumerRecord<byte[], byte[]> letter = kafka
                .await("labelled-samples-dead-letter", 1, record -> Kafka.key(record).equals("lengths/b")).get(0);
        assertThat(Kafka.header(letter, "dead-letter-code")).isEqualTo("SAMPLE_VECTOR_INVALID");
        assertThat(Kafka.header(letter, "dead-letter-reason"))
                .isEqualTo("vector has 2 numbers (expected: 3, as the first one of task 'lengths')");
        assertThat(letter.value()).isEqualTo(Kafka.bytes("{\"vector\":[1.0,2.0]}"));
    }

    @Test
    void refusesATrainRequestWithATypo() {
        // When
        kafka.send("train-requests", "typo", Kafka.bytes("{\"recipe\":{\"learnRate\":1}}"));

        // Then
        ConsumerRecord<byte[], byte[]> letter = kafka
                .await("train-requests-dead-letter", 1, record -> Kafka.key(record).equals("typo")).get(0);
        assertThat(Kafka.header(letter, "dead-letter-code")).isEqualTo("TRAIN_REQUEST_INVALID");
        assertThat(Kafka.header(letter, "dead-letter-reason")).contains("unknown field 'recipe.learnRate'");
    }

    @Test
    void failsARunOfOneLabelWithASentence() {
        // Given
        kafka.sendVector("lonely", "a", "only", 1, 2);
        kafka.sendVector("lonely", "b", "only", 2, 1);

        // When
        String run = given().contentType(ContentType.JSON).body("{}").post("/v1/tasks/lonely/train-requests").then()
                .statusCode(202).extract().path("topic");

        // Then
        assertThat(run).isEqualTo("train-requests");
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/lonely/training-runs").then().statusCode(200)
                .body("[0].state", equalTo("failed"))
                .body("[0].error.message", containsString("task 'lonely' has 1 label (expected: at least 2)")));
    }

    @Test
    void trainsWhatCameThroughRest() {
        // When
        for (int i = 0; i < 20; i++) {
            given().contentType(ContentType.JSON).body("{\"vector\":[" + (i % 2 == 0 ? 1 : -1) + "," + i + "]}")
                    .queryParam("label", i % 2 == 0 ? "even" : "odd").post("/v1/tasks/rest/samples/s" + i).then()
                    .statusCode(202);
        }
        given().delete("/v1/tasks/rest/samples/s0").then().statusCode(202);
        given().contentType(ContentType.JSON).body("{}").post("/v1/tasks/rest/train-requests").then().statusCode(202);

        // Then
        assertThat(awaitModel("rest", 1).dataset().sampleCount()).isEqualTo(19);
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/rest").then().body("serving", equalTo(1)));
        given().contentType(ContentType.JSON).body("{\"version\":1,\"reason\":\"rollback\"}").post("/v1/tasks/rest/promotions")
                .then().statusCode(202);
        given().contentType(ContentType.JSON).body("{\"version\":7}").post("/v1/tasks/rest/promotions").then().statusCode(404)
                .contentType(PROBLEM).body("code", equalTo("VERSION_UNKNOWN"));
    }

    @Test
    void promotesWithACanaryAndAShadow() {
        // Given
        for (int version = 1; version <= 3; version++) {
            sendTwoClouds("canaried", 40, version);
            kafka.send("train-requests", "canaried",
                    Kafka.bytes("{\"promotion\":{\"policy\":\"never\"},\"unknown\":{\"accuracy\":0.9}}"));
            ModelReady model = awaitModel("canaried", version);
            assertThat(model.unknown().orElseThrow().accuracy()).isGreaterThanOrEqualTo(0.9);
            assertThat(model.featureStatistics().orElseThrow().toDistribution(model.backbone().dimension())
                    .distance(new float[] { 0, 0, 0 })).isBetween(0.0, 2.0);
        }
        String promotions = "/v1/tasks/canaried/promotions";

        // When
        await().atMost(LIMIT).untilAsserted(() -> given().contentType(ContentType.JSON)
                .body("{\"version\":1,\"canary\":{\"version\":2,\"percent\":5}}").post(promotions).then().statusCode(202));
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/canaried").then().body("serving", equalTo(1)));
        given().contentType(ContentType.JSON).body("{\"shadow\":{\"version\":3}}").post(promotions).then().statusCode(202);

        // Then
        Promotion last = awaitPromotion("canaried", promotion -> promotion.shadow().isPresent());
        assertThat(last.version().number()).isEqualTo(1);
        assertThat(last.canary()).isEmpty();
        Promotion first = awaitPromotion("canaried", promotion -> promotion.canary().isPresent());
        assertThat(first.canary().orElseThrow().percent()).isEqualTo(5);
        given().contentType(ContentType.JSON).body("{\"version\":1,\"canary\":{\"version\":9,\"percent\":5}}").post(promotions)
                .then().statusCode(404).contentType(PROBLEM).body("detail", equalTo("task 'canaried' has no version 9"));
        given().contentType(ContentType.JSON).body("{\"version\":1,\"canary\":{\"version\":2,\"percent\":101}}")
                .post(promotions).then().statusCode(400).contentType(PROBLEM).body("code", equalTo("PROMOTION_INVALID"));
        given().contentType(ContentType.JSON).body("{}").post(promotions).then().statusCode(400).body("detail",
                equalTo("promotion has no version (expected: the version that is to serve)"));
    }

    @Test
    void answersBadCallsWithAProblem() {
        given().get("/v1/tasks/Not_A_Task").then().statusCode(400).contentType(PROBLEM).body("code", equalTo("TASK_INVALID"));
        given().get("/v1/tasks/unheard-of").then().statusCode(404).contentType(PROBLEM).body("code", equalTo("TASK_UNKNOWN"));
        given().get("/v1/nothing").then().statusCode(404).contentType(PROBLEM);
        given().put("/v1/tasks").then().statusCode(405).contentType(PROBLEM);
        given().contentType(ContentType.JSON).body("{\"epochs\":1}").post("/v1/tasks/t/train-requests").then().statusCode(400)
                .contentType(PROBLEM).body("detail", containsString("unknown field 'epochs'"));
        given().contentType(ContentType.JSON).body("{\"vector\":[1]}").post("/v1/tasks/t/samples/s").then().statusCode(400)
                .contentType(PROBLEM).body("code", equalTo("SAMPLE_LABEL_MISSING"));
        given().contentType("image/gif").body(Kafka.bytes("GIF89a")).queryParam("label", "x").post("/v1/tasks/t/samples/s")
                .then()
                .statusCode(415).body("code", equalTo("SAMPLE_CONTENT_TYPE_UNSUPPORTED"));
    }

    @Test
    void countsEveryRecordThatItReadOnce() {
        // Given
        sendTwoClouds("counted", 10, 4);
        kafka.sendVector("counted", "again", "left", -1, -1, -1);
        kafka.sendVector("counted", "again", "right", -1, -1, -1);
        kafka.send("labelled-samples", "counted/0", null);
        kafka.send("labelled-samples", "counted/bad", Kafka.bytes("{\"vector\":[]}"), "label", "x");

        // Then
        await().atMost(LIMIT).untilAsserted(() -> {
            String metrics = given().accept("text/plain").get("/q/metrics").asString();
            assertThat(sum(metrics, "graft_samples_total", "embedded")).isEqualTo(11);
            assertThat(sum(metrics, "graft_samples_total", "duplicate")).isEqualTo(1);
            assertThat(sum(metrics, "graft_samples_total", "deleted")).isEqualTo(1);
            assertThat(sum(metrics, "graft_samples_total", "rejected")).isEqualTo(1);
            assertThat(sum(metrics, "graft_features", "")).isEqualTo(10);
            assertThat(metrics).contains("graft_backbone_info{");
        });
    }

    @Test
    void isLiveAndReady() {
        await().atMost(LIMIT).untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200)
                .body("checks.name", hasItem("features in memory")));
        given().get("/q/health/live").then().statusCode(200).body("checks.find { it.name == 'stages' }.data.embedding",
                equalTo("running"));
        given().get("/q/openapi").then().statusCode(200).body(containsString("/v1/tasks/{task}/train-requests"));
    }

    @Test
    void describesATrainRequestFieldByField() {
        given().get("/q/openapi?format=json").then().statusCode(200)
                .body("paths.'/v1/tasks/{task}/train-requests'.post.requestBody.content.'application/json'.schema.'$ref'",
                        equalTo("#/components/schemas/TrainRequest"))
                .body("components.schemas.TrainRequest.properties.keySet()",
                        hasItems("trainRequestId", "backbone", "depth", "blockLearningRate", "recipe", "validationFraction",
                                "promotion", "unknown"))
                .body("components.schemas.Recipe.properties.keySet()", hasItems("optimizer", "epochs", "classWeights"))
                .body("components.schemas.TrainRequestId.type", equalTo("string"))
                .body("components.schemas.BackboneId.type", equalTo("string"));
    }

    @Test
    void showsTheBackbones() {
        given().get("/v1/backbones").then().statusCode(200).body("backbones.id", equalTo(List.of("minilm", "resnet18")))
                .body("backbones[1].state", equalTo("open")).body("backbones[1].source", equalTo("bundled"))
                .body("backbones[1].dimension", equalTo(512)).body("backbones[1].millisecondsPerSample", greaterThan(0f));
    }

    private static double sum(String metrics, String name, String outcome) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + "{") && line.contains("task=\"counted\"") && line.contains(outcome))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    @Test
    void beginsAnewBehindVersionsThatWereDeleted() {
        // Given
        sendTwoClouds("restarted", 60, 23);
        kafka.send("train-requests", "restarted", Kafka.bytes("{}"));
        awaitPromotion("restarted", 1);
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/restarted").then().body("serving", equalTo(1)));
        kafka.send("model-ready", "restarted@1", null);
        await().atMost(LIMIT)
                .untilAsserted(() -> given().get("/v1/tasks/restarted").then().body("versions.size()", equalTo(0)));

        // When
        kafka.send("train-requests", "restarted", Kafka.bytes("{\"trainRequestId\":\"second\"}"));

        // Then
        Verdict verdict = awaitModel("restarted", 2).verdict().orElseThrow();
        assertThat(verdict.promoted()).isTrue();
        assertThat(verdict.reason()).endsWith("; no version served before");
        awaitPromotion("restarted", 2);
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

    private static ModelReady awaitModel(String task, int version) {
        return ModelReady.parse(kafka.await("model-ready", 1, record -> Kafka.key(record).equals(task + "@" + version)).get(0)
                .value());
    }

    private static Promotion awaitPromotion(String task, int version) {
        return awaitPromotion(task, promotion -> promotion.version().equals(new ModelVersion(version)));
    }

    private static Promotion awaitPromotion(String task, Predicate<Promotion> wanted) {
        return kafka.await("promotions", 1, record -> Promotion.parse(record.value()).task().equals(new TaskId(task))
                && wanted.test(Promotion.parse(record.value()))).stream()
                .map(record -> Promotion.parse(record.value())).findFirst().orElseThrow();
    }
}
