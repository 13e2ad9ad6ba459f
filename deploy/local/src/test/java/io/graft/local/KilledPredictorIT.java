package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.event.Json;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;

/** Replicas of inference killed as the kernel kills, amid requests over Kafka: each has one answer, and it is the right one. */
class KilledPredictorIT {

    private static final int REQUEST_COUNT = 900;
    private static final int IMAGE_EVERY = 3;
    private static final int KILL_EVERY = 300;

    @TempDir
    private static Path folder;

    @Test
    void answersEachRequestOnceWhileReplicasAreKilled() throws Exception {
        // Given: transactions so small that some are always open
        try (ServingStack stack = ServingStack.start(folder, 2,
                List.of("-Xmx256m", "-Dgraft.prediction-requests.transaction-size=16"))) {
            String broker = stack.broker().bootstrapServers();
            UntrainedTasks.serve(stack);
            sendRequests(broker);

            // When
            int killedCount = 0;
            for (int answeredMin = KILL_EVERY / 2; answeredMin < REQUEST_COUNT; answeredMin += KILL_EVERY) {
                int wanted = answeredMin;
                StackClient.until(wanted + " are answered", () -> answers(broker).size() >= wanted);
                ServiceProcess victim = stack.replicas().get(killedCount % 2);
                victim.kill();
                if (answers(broker).size() < REQUEST_COUNT) {
                    killedCount++;
                }
                victim.restart();
                victim.awaitReady();
            }

            // Then
            StackClient.until("all are answered", () -> answers(broker).size() >= REQUEST_COUNT);
            List<ConsumerRecord<byte[], byte[]>> answers = answers(broker);
            System.out.printf("replicas killed %d times before %d requests were answered%n", killedCount, REQUEST_COUNT);
            assertThat(killedCount).isPositive();
            assertThat(answers.stream().map(StackClient::key).toList()).containsExactlyInAnyOrderElementsOf(
                    IntStream.range(0, REQUEST_COUNT).mapToObj(Integer::toString).toList());
            assertThat(StackClient.read(broker, "prediction-requests-dead-letter", record -> true)).isEmpty();
            assertRight(answers);
        }
    }

    private static boolean isImage(int number) {
        return number % IMAGE_EVERY == 0;
    }

    private static float[] vector(int number) {
        return new float[] { number % 7, -number % 5, number % 3 };
    }

    /** Every request with its number as the key; the images take a while. */
    private static void sendRequests(String broker) {
        List<LabelledImage> images = new DrawnImages(1).draw(2);
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker, "acks", "all"),
                new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int number = 0; number < REQUEST_COUNT; number++) {
                send(producer, number, isImage(number) ? images.get(number % images.size()).bytes()
                        : StackClient.json(vector(number)), failure);
            }
        }
        assertThat(failure.get()).isNull();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback sees what the future would say
    private static void send(KafkaProducer<byte[], byte[]> producer, int number, byte[] content,
            AtomicReference<Exception> failure) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("prediction-requests",
                Integer.toString(number).getBytes(StandardCharsets.UTF_8), content);
        record.headers().add("task",
                (isImage(number) ? UntrainedTasks.IMAGES : UntrainedTasks.VECTORS).value().getBytes(StandardCharsets.UTF_8));
        producer.send(record, (written, e) -> failure.compareAndSet(null, e));
    }

    private static List<ConsumerRecord<byte[], byte[]>> answers(String broker) {
        return StackClient.read(broker, "predictions", record -> true);
    }

    /** Each has an id of its own, and those of vectors the probabilities of their head. */
    private static void assertRight(List<ConsumerRecord<byte[], byte[]>> answers) {
        Set<String> ids = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> answer : answers) {
            JsonNode prediction = Json.readLenient(answer.value(), JsonNode.class, "ANSWER_INVALID", "prediction");
            ids.add(prediction.path("predictionId").asText());
            int number = Integer.parseInt(StackClient.key(answer));
            assertThat(prediction.path("task").asText())
                    .isEqualTo((isImage(number) ? UntrainedTasks.IMAGES : UntrainedTasks.VECTORS).value());
            if (!isImage(number)) {
                Map<String, Float> probabilities = new HashMap<>();
                prediction.path("probabilities").forEach(label -> probabilities.put(label.path("label").asText(),
                        label.path("probability").floatValue()));
                float[] expected = UntrainedTasks.VECTOR_HEAD.probabilities(vector(number));
                assertThat(UntrainedTasks.VECTOR_HEAD.labels().stream().map(probabilities::get).toList())
                        .containsExactly(expected[0], expected[1], expected[2]);
            }
        }
        assertThat(ids).hasSize(answers.size());
    }
}
