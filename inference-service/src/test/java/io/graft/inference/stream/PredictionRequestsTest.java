package io.graft.inference.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.graft.event.Topics;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.prediction.PredictorInMemory;
import io.graft.inference.serving.TableInMemory;
import io.graft.problem.Problem;
import io.graft.sample.SampleContentCodec;
import io.graft.trace.Tracing;

class PredictionRequestsTest {

    private static final int TRY_COUNT_MAX = 2;

    private final FakeBackbone backbone = new FakeBackbone(3);
    private final TableInMemory models = new TableInMemory(backbone);
    private final PredictorInMemory predictor = new PredictorInMemory(backbone, models.table());
    private final PredictionRequests requests = new PredictionRequests(new Topics(""), new SampleContentCodec(1000),
            predictor.predictor(), TRY_COUNT_MAX, Tracing.OFF);

    @BeforeEach
    void serve() {
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));
    }

    @AfterEach
    void close() {
        predictor.close();
    }

    private static ConsumerRecord<byte[], byte[]> request() {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("prediction-requests", 0, 7, bytes("key"),
                bytes("{\"vector\": [1, 3, 2]}"));
        record.headers().add("task", bytes("birds")).add("content-type", bytes("application/json"));
        return record;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String header(ProducerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void putsARequestAsideThatFindsNoMemoryAloneEither() {
        // Given
        backbone.failWith(new OutOfMemoryError("none left"));

        // When
        ProducerRecord<byte[], byte[]> letter = requests.answerAlone(request());

        // Then
        assertThat(letter.topic()).isEqualTo("prediction-requests-dead-letter");
        assertThat(header(letter, "dead-letter-code")).isEqualTo("PREDICTION_MEMORY_SHORT");
        assertThat(header(letter, "dead-letter-reason")).isEqualTo("there was no memory for a forward pass of 1 "
                + "(expected: fewer or smaller inputs at once, or more memory); it was tried alone 2 times");
        assertThat(backbone.batchSizes).hasSize(TRY_COUNT_MAX);
    }

    @Test
    void answersARequestThatFindsMemoryAlone() {
        // Given
        backbone.failWith(new OutOfMemoryError("not now"), 1);

        // When
        ProducerRecord<byte[], byte[]> answer = requests.answerAlone(request());

        // Then
        assertThat(answer.topic()).isEqualTo("predictions");
        assertThat(new String(answer.value(), StandardCharsets.UTF_8)).contains("\"label\":\"tit\"");
    }

    @Test
    void leavesARequestToTheBatchThatFailsForAnotherReason() {
        // Given
        backbone.failWith(new IllegalStateException("broken"));

        // When // Then
        assertThatThrownBy(() -> requests.answerAlone(request())).isInstanceOf(Problem.class)
                .hasMessage("backbone 'fake' failed on a batch of 1");
        assertThat(backbone.batchSizes).hasSize(1);
    }
}
