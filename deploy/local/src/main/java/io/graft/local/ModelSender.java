package io.graft.local;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.Promotion;

/** Produces what the trainer produces for inference: versions and promotions. */
public final class ModelSender implements AutoCloseable {

    private final Topics topics;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    public ModelSender(String bootstrapServers) {
        this(bootstrapServers, new Topics(""));
    }

    /** Sends to topics that need not be those of the services. */
    public ModelSender(String bootstrapServers, Topics topics) {
        this.topics = topics;
        this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "acks", "all"),
                new ByteArraySerializer(), new ByteArraySerializer());
    }

    public void send(ModelReady model) {
        send(model.key(), Json.write(model));
    }

    /** Sends an event that was made before. */
    void send(ModelKey key, byte[] modelReady) {
        send(topics.modelReady(), key.toString(), modelReady);
    }

    public void promote(TaskId task, ModelVersion version) {
        send(topics.promotions(), task.value(),
                Json.write(new Promotion(task, version, Optional.empty(), Promotion.Reason.MANUAL, Optional.empty(),
                        Optional.empty(), Optional.empty(), Instant.now())));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback sees what the future would say
    private void send(String topic, String key, byte[] value) {
        producer.send(new ProducerRecord<>(topic, Topics.keyBytes(key), value),
                (written, e) -> failure.compareAndSet(null, e));
    }

    /** Returns when the broker has all that was sent. */
    public void flush() {
        producer.flush();
        if (failure.get() != null) {
            throw new IllegalStateException("broker did not take what was sent", failure.get());
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
