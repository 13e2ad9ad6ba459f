package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import java.time.Duration;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.model.ModelReady;
import io.graft.model.TrainRequest;
import io.graft.model.TrainingCause;
import io.graft.model.TrainingCause.Trigger;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;

/** Training policies on a real broker: nobody asks, and a version comes. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
class TrainingPolicyFlowTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final String PROBLEM = "application/problem+json";

    @AutoClose
    private static Kafka kafka;

    @BeforeAll
    static void open() {
        kafka = new Kafka();
    }

    @Test
    void makesAVersionThatSaysWhy() {
        // Given
        put("counted-samples",
                "{\"afterSampleCount\":20,\"request\":{\"recipe\":{\"epochs\":2},\"promotion\":{\"policy\":\"always\"}}}");

        // When
        send("counted-samples", 20);

        // Then
        ModelReady model = awaitModel("counted-samples", 1);
        TrainingCause cause = model.cause().orElseThrow();
        assertThat(cause.trigger()).isEqualTo(Trigger.SAMPLE_COUNT);
        assertThat(cause.changedSampleCount()).isEqualTo(20);
        assertThat(model.trainRequestId()).hasToString("policy:counted-samples:" + cause.featuresUntil());
        assertThat(model.recipe().asked().epochs()).isEqualTo(2);
        TrainRequest sent = TrainRequest.parse(kafka
                .await("train-requests", 1, record -> Kafka.key(record).equals("counted-samples")).get(0).value());
        assertThat(sent.cause()).isEqualTo(model.cause());
        await().atMost(LIMIT).untilAsserted(() -> assertThat(given().accept("text/plain").get("/q/metrics").asString())
                .containsPattern("graft_training_triggers_total\\{task=\"counted-samples\",trigger=\"sample-count\",?} 1.0"));
    }

    @Test
    void makesAVersionWithoutADeletedSample() {
        // Given
        put("forgetful", "{\"retrainAfterDelete\":true,\"request\":{\"recipe\":{\"epochs\":1}}}");
        send("forgetful", 12);
        kafka.send("train-requests", "forgetful", Kafka.bytes("{\"recipe\":{\"epochs\":1}}"));
        assertThat(awaitModel("forgetful", 1).cause()).isEmpty();

        // When
        given().delete("/v1/tasks/forgetful/samples/s3").then().statusCode(202);

        // Then
        ModelReady without = awaitModel("forgetful", 2);
        assertThat(without.dataset().sampleCount()).isEqualTo(11);
        assertThat(without.cause().orElseThrow().trigger()).isEqualTo(Trigger.SAMPLE_DELETED);
        assertThat(without.cause().orElseThrow().deletedSampleCount()).isEqualTo(1);
    }

    @Test
    void followsAConfiguredPolicyUntilOneIsSent() {
        // Given
        given().get("/v1/tasks/configured/training-policy").then().statusCode(200).body("afterSampleCount", equalTo(10))
                .body("quietPeriod", equalTo("PT1H")).body("request.recipe.epochs", equalTo(3))
                .body("atMostEvery", nullValue());

        // When
        send("configured", 10);

        // Then
        assertThat(awaitModel("configured", 1).recipe().asked().epochs()).isEqualTo(3);
        put("configured", "{\"afterSampleCount\":1000,\"atMostEvery\":\"PT10M\"}");
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/configured/training-policy").then()
                .body("afterSampleCount", equalTo(1000)).body("atMostEvery", equalTo("PT10M")));
        given().delete("/v1/tasks/configured/training-policy").then().statusCode(202).body("topic",
                equalTo("training-policies"));
        await().atMost(LIMIT).untilAsserted(() -> given().get("/v1/tasks/configured/training-policy").then()
                .body("afterSampleCount", equalTo(10)));
    }

    @Test
    void refusesAPolicyThatIsNotValid() {
        given().contentType(ContentType.JSON).body("{\"afterSampleCount\":0}").put("/v1/tasks/t/training-policy").then()
                .statusCode(400).contentType(PROBLEM).body("code", equalTo("TRAINING_POLICY_INVALID")).body("detail",
                        equalTo("training policy afterSampleCount is 0 (expected: 1 to 1000000000)"));
        given().get("/v1/tasks/unheard-of/training-policy").then().statusCode(404).contentType(PROBLEM)
                .body("code", equalTo("TRAINING_POLICY_UNKNOWN"))
                .body("detail", equalTo("task 'unheard-of' has no training policy"));
    }

    @Test
    void countsAPolicyFromElsewhereThatIsNotValid() {
        // When
        kafka.send("training-policies", "elsewhere", Kafka.bytes("{\"afterSamples\":5}"));

        // Then
        await().atMost(LIMIT).untilAsserted(() -> assertThat(given().accept("text/plain").get("/q/metrics").asString())
                .contains("graft_training_policies_rejected_total{code=\"TRAINING_POLICY_INVALID\""));
        given().get("/q/health/live").then().statusCode(200).body(
                "checks.find { it.name == 'stages' }.data.'training-triggers'", equalTo("running"));
    }

    private static void put(String task, String policy) {
        given().contentType(ContentType.JSON).body(policy).put("/v1/tasks/" + task + "/training-policy").then()
                .statusCode(202).body("topic", equalTo("training-policies")).body("key", equalTo(task));
    }

    private static void send(String task, int count) {
        for (int i = 0; i < count; i++) {
            kafka.sendVector(task, "s" + i, i % 2 == 0 ? "left" : "right", i % 2 == 0 ? -1 : 1, i);
        }
    }

    private static ModelReady awaitModel(String task, int version) {
        return ModelReady.parse(kafka.await("model-ready", 1, record -> Kafka.key(record).equals(task + "@" + version)).get(0)
                .value());
    }
}
