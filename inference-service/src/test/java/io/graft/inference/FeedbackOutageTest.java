package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbone;
import io.graft.backbone.Backbones;
import io.graft.event.Topics;
import io.graft.inference.Caller.Answer;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

/** A broker that does not answer keeps feedback waiting, and nothing else. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@TestProfile(FeedbackOutageTest.FewThreads.class)
class FeedbackOutageTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final int CALL_COUNT = 40;
    private static final int WAITING_COUNT_MAX = 8;
    private static final String TASK = "riders-in-an-outage";
    private static final String PREDICTIONS = "/v1/tasks/" + TASK + "/predictions";

    public static final class FewThreads implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.thread-pool.max-threads", "4", "graft.feedback.waiting-count-max",
                    String.valueOf(WAITING_COUNT_MAX));
        }
    }

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Inject
    Backbones backbones;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @Inject
    @ConfigProperty(name = KafkaResource.PID)
    long brokerPid;

    @Test
    void answersPredictionsWhileFeedbackWaitsForTheBroker() throws Exception {
        // Given
        Caller caller = new Caller(root);
        Backbone identity = backbones.forContent(new SampleContent.Vector(new float[3]));
        try (TopicWriter topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers)) {
            topics.publish(ModelEvents.ready(TASK, 1, identity.descriptor(), ModelEvents.largest("a", "b", "c")));
            topics.promote(ModelEvents.promotion(TASK, 1));
        }
        await().atMost(LIMIT).until(() -> caller.get("/v2/models/" + TASK + "/ready").status() == 200);
        assertThat(feedback().get(LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(202);

        // When
        signalBroker("STOP");
        CompletableFuture<?>[] calls;
        Answer prediction;
        long refusedCount;
        try {
            calls = Stream.generate(this::feedback).limit(CALL_COUNT).toArray(CompletableFuture<?>[]::new);
            await().atMost(LIMIT).until(() -> Stream.of(calls).filter(CompletableFuture::isDone).count() >= CALL_COUNT
                    - WAITING_COUNT_MAX);
            prediction = caller.post(PREDICTIONS, "application/json", "{\"vector\": [1, 2, 3]}");
            refusedCount = Stream.of(calls).filter(CompletableFuture::isDone).count();
        } finally {
            signalBroker("CONT");
        }

        // Then
        assertThat(prediction.status()).as(prediction.text()).isEqualTo(200);
        assertThat(refusedCount).as("all others wait still").isEqualTo(CALL_COUNT - WAITING_COUNT_MAX);
        Stream.of(calls).map(call -> (HttpResponse<?>) call.join()).filter(answer -> answer.statusCode() != 202)
                .forEach(answer -> {
                    assertThat(answer.statusCode()).isEqualTo(503);
                    assertThat(answer.headers().firstValue("Retry-After")).contains("1");
                    assertThat(String.valueOf(answer.body())).contains("\"code\":\"BROKER_BUSY\"");
                });
        assertThat(feedback().get(LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(202);
    }

    /** On a prediction of another replica. */
    private CompletableFuture<HttpResponse<String>> feedback() {
        return client.sendAsync(HttpRequest.newBuilder(root.resolve(PREDICTIONS + "/" + UUID.randomUUID() + "/feedback"))
                .timeout(LIMIT).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"label\": \"a\"}")).build(), BodyHandlers.ofString());
    }

    private void signalBroker(String signal) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(brokerPid)).inheritIO().start().waitFor()).isZero();
    }
}
