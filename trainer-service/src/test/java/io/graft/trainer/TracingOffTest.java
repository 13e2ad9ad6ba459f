package io.graft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import io.graft.trace.Tracing;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** A trainer that nobody has told to trace. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
class TracingOffTest {

    private static final String TRACEPARENT = "00-6bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Inject
    Tracing tracing;

    @Test
    void handsATraceOnAsItIsAndAddsNone() {
        try (Kafka kafka = new Kafka()) {
            // Given
            for (int i = 0; i < 40; i++) {
                kafka.sendVector("untraced", Integer.toString(i), i % 2 == 0 ? "even" : "odd", i % 2 * 2 - 1, i % 7);
            }

            // When
            kafka.send("train-requests", "untraced", Kafka.bytes("{}"), "traceparent", TRACEPARENT);

            // Then
            ConsumerRecord<byte[], byte[]> model = kafka
                    .await("model-ready", 1, record -> Kafka.key(record).equals("untraced@1")).get(0);
            ConsumerRecord<byte[], byte[]> feature = kafka
                    .await("sample-features", 1, record -> Kafka.key(record).equals("untraced/1")).get(0);
            assertThat(Kafka.header(model, "traceparent")).isEqualTo(TRACEPARENT);
            assertThat(feature.headers().lastHeader("traceparent")).isNull();
            assertThat(tracing.isOn()).isFalse();
        }
    }
}
