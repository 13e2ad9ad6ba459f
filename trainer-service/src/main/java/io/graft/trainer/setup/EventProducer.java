package io.graft.trainer.setup;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;

import io.graft.event.MissingRight;
import io.smallrye.common.annotation.Identifier;

/** Writes events that belong to no transaction, such as the epochs of a run: in order, and without waiting. */
@Singleton
public class EventProducer {

    private static final Logger LOG = Logger.getLogger(EventProducer.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Map<String, Object> config;
    private final KafkaProducer<byte[], byte[]> producer;

    @Inject
    public EventProducer(@Identifier("default-kafka-broker") Map<String, Object> kafka, ReplicaConfig replica) {
        this.config = new HashMap<>(kafka);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "graft-trainer-events-" + replica.name());
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        this.producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Hands an event over; one that cannot be written is logged. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback sees what the future would say
    public void send(ProducerRecord<byte[], byte[]> record) {
        producer.send(record, (written, e) -> {
            if (e != null) {
                LOG.warnf("Event not written topic=%s reason=%s", record.topic(),
                        MissingRight.explain(e, config, AclOperation.WRITE).getMessage());
            }
        });
    }

    /** Returns when everything that was handed over is written or given up. */
    public void flush() {
        producer.flush();
    }

    @PreDestroy
    void close() {
        producer.close(CLOSE_LIMIT);
    }
}
