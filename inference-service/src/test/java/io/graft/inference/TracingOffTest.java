package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.charset.StandardCharsets;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbones;
import io.graft.event.Topics;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.graft.trace.Step;
import io.graft.trace.Tracing;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** A service that nobody has told to trace. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class TracingOffTest {

    private static final Topics TOPICS = new Topics(KafkaResource.PREFIX);
    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Inject
    Backbones backbones;

    @Inject
    Tracing tracing;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @Test
    void beginsNoSpanAndHandsATraceOnAsItIs() throws Exception {
        // Given
        Caller caller = new Caller(root);
        try (TopicWriter topics = new TopicWriter(TOPICS, bootstrapServers)) {
            topics.publish(ModelEvents.ready("untraced", 1,
                    backbones.forContent(new SampleContent.Vector(new float[2])).descriptor(),
                    ModelEvents.largest("left", "right")));
            topics.promote(ModelEvents.promotion("untraced", 1));
            await().atMost(Await.LIMIT).until(() -> caller.get("/v2/models/untraced/ready").status() == 200);

            // When
            topics.request("untraced-1", "{\"vector\": [9, 0]}".getBytes(StandardCharsets.UTF_8), "task", "untraced",
                    "traceparent", TRACEPARENT);
        }

        // Then
        var answer = new TopicReader(bootstrapServers).read(TOPICS.predictions(), "untraced-", 1).get(0);
        assertThat(TopicReader.header(answer, "traceparent")).isEqualTo(TRACEPARENT);
        assertThat(tracing.isOn()).isFalse();
        assertThat(tracing.begin("anything")).isSameAs(Step.NONE);
        assertThat(caller.send(caller.request("/q/metrics").header("Accept", "*/*").build()).text())
                .contains("graft_prediction_duration_seconds_bucket").doesNotContain("trace_id=");
    }
}
