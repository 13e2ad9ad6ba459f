package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.backbone.Backbone;
import io.graft.backbone.Backbones;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.model.UnknownThreshold;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** What Prometheus reads of inputs that are unlike the training's, in numbers: features have mean 0 and deviation 2. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class DriftMetricsTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final String[] VERSION = { "task=\"drifting\"", "version=\"1\"" };

    @Inject
    Backbones backbones;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private void serve(Caller caller) throws Exception {
        Backbone identity = backbones.forContent(new SampleContent.Vector(new float[2]));
        ObjectNode event = Json.LENIENT
                .valueToTree(ModelEvents.ready("drifting", 1, identity.descriptor(), ModelEvents.largest("owl", "tit")));
        event.set("unknown", Json.LENIENT.valueToTree(new UnknownThreshold(0.7, 0.95, 0.9)));
        try (TopicWriter topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers)) {
            topics.publish("drifting@1", Json.write(event));
            topics.promote(ModelEvents.promotion("drifting", 1));
        }
        await().atMost(LIMIT).until(() -> caller.get("/v1/tasks/drifting").json().path("version").asInt() == 1);
    }

    private static boolean isUnknown(Caller caller, double first, double second) {
        return caller.post("/v1/tasks/drifting/predictions", "application/json",
                String.format(Locale.ROOT, "{\"vector\": [%f, %f]}", first, second)).json().path("unknown").asBoolean();
    }

    @Test
    void sayHowFarInputsAreAndHowManyAnswersAreUnknown() throws Exception {
        // Given
        Caller caller = new Caller(root);
        serve(caller);

        // When: 3 and 4 deviations away, 1 and 1, none; probabilities of 0.88, 0.98 and 0.5
        assertThat(isUnknown(caller, 6, 8)).isFalse();
        assertThat(isUnknown(caller, 2, -2)).isFalse();
        assertThat(isUnknown(caller, 0, 0)).isTrue();

        // Then
        assertThat(caller.metric("graft_feature_distance_count", VERSION)).isEqualTo(3);
        assertThat(caller.metric("graft_feature_distance_sum", VERSION)).isCloseTo(Math.sqrt(12.5) + 1, within(1e-6));
        assertThat(caller.metric("graft_feature_distance_bucket", VERSION[0], VERSION[1], "le=\"2.0\"")).isEqualTo(2);
        assertThat(caller.metric("graft_predictions_unknown_total", VERSION)).isEqualTo(1);
        assertThat(caller.metric("graft_prediction_confidence_sum", VERSION))
                .isCloseTo(1 / (1 + Math.exp(-2)) + 1 / (1 + Math.exp(-4)) + 0.5, within(1e-6));
        assertThat(caller.metric("graft_prediction_labels_total", VERSION[0], VERSION[1], "label=\"owl\"")).isEqualTo(2);
        assertThat(caller.metric("graft_prediction_labels_total", VERSION[0], VERSION[1], "label=\"tit\"")).isEqualTo(1);
    }
}
