package io.graft.inference;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.model.ModelReady;
import io.graft.model.Promotion;

/** Publishes what a trainer would. */
final class TopicWriter implements AutoCloseable {

    private final Topics topics;
    private final KafkaProducer<byte[], byte[]> producer;

    TopicWriter(Topics topics, String bootstrapServers) {
        this.topics = topics;
        this.producer = new KafkaProducer<>(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Publishes a version; headers in pairs of name and value. */
    void publish(ModelReady ready, String... headers) throws Exception {
        send(topics.modelReady(), ready.key().toString(), Json.write(ready), headers);
    }

    void publish(String key, byte[] modelReady) throws Exception {
        send(topics.modelReady(), key, modelReady);
    }

    void promote(Promotion promotion, String... headers) throws Exception {
        send(topics.promotions(), promotion.task().value(), Json.write(promotion), headers);
    }

    /** Asks for a prediction; headers in pairs of name and value. */
    void request(String key, byte @Nullable [] content, String... headers) throws Exception {
        send(topics.predictionRequests(), key, content, headers);
    }

    /** Hands feedback on, as a replica that has not given the prediction. */
    void feedback(String predictionId, String json) throws Exception {
        send(topics.predictionFeedback(), predictionId, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Hands feedback on that came at this moment. */
    void feedbackAt(long timestampMs, String predictionId, String json) throws Exception {
        send(new ProducerRecord<>(topics.predictionFeedback(), null, timestampMs,
                predictionId.getBytes(StandardCharsets.UTF_8), json.getBytes(StandardCharsets.UTF_8)));
    }

    private void send(String topic, String key, byte @Nullable [] value, String... headers) throws Exception {
        send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value), headers);
    }

    private void send(ProducerRecord<byte[], byte[]> record, String... headers) throws Exception {
        for (int i = 0; i < headers.length; i += 2) {
            record.headers().add(headers[i], headers[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        producer.send(record).get(5, TimeUnit.MINUTES);
    }

    @Override
    public void close() {
        producer.close();
    }
}
