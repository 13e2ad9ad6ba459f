package io.graft.inference.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.graft.event.Topics;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.prediction.PredictorInMemory;
import io.graft.inference.serving.TableInMemory;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.sample.SampleContentCodec;
import io.graft.trace.Tracing;

class PredictionRequestsTest {

    private final FakeBackbone backbone = new FakeBackbone(3);
    private final TableInMemory models = new TableInMemory(backbone);
    private final PredictorInMemory predictor = new PredictorInMemory(backbone, models.table());
    private final PredictionRequests requests = new PredictionRequests(new Topics(""), new SampleContentCodec(1000),
            predictor.predictor(), Tracing.OFF);

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

    @Test
    void answersWithTheKeyAndTheOtherHeadersOfTheRequest() {
        // Given
        ConsumerRecord<byte[], byte[]> request = request();
        request.headers().add("correlation-id", bytes("c7"));

        // When
        ProducerRecord<byte[], byte[]> answer = requests.answer(request);

        // Then
        assertThat(answer.topic()).isEqualTo("predictions");
        assertThat(answer.key()).isEqualTo(bytes("key"));
        assertThat(answer.headers().toArray()).extracting(Header::key).containsExactly("correlation-id");
        assertThat(new String(answer.value(), StandardCharsets.UTF_8)).contains("\"label\":\"tit\"");
    }

    @Test
    void saysByACodeThatARequestBrokeAsNobodyHasForeseen() {
        // Given
        backbone.failToPrepareWith(new ArithmeticException("/ by zero"));

        // When // Then
        assertThatThrownBy(() -> requests.answer(request())).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.type()).isEqualTo(ProblemType.BROKEN);
            assertThat(problem.code()).isEqualTo("PREDICTION_BROKEN");
        }).hasMessage("prediction request broke: java.lang.ArithmeticException: / by zero");
    }
}
