package io.graft.inference.feedback;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.event.MissingRight;
import io.graft.event.UnwrittenEvent;
import io.graft.problem.Problem;
import io.graft.trace.RecordTrace;

/** Writes events that belong to no transaction. A broker that is away makes nobody wait for longer than is said here. */
final class EventWriter implements EventSink, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventWriter.class);
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final int REQUEST_MS_MAX = 8_000;
    private static final int DELIVERY_MS_MAX = 16_000;
    private static final int BLOCK_MS_MAX = 2_000;
    /** How large an event may be is the topic's matter, as for all other writers. */
    private static final int REQUEST_BYTES_MAX = 32 * 1024 * 1024;

    private final Map<String, Object> config;
    private final KafkaProducer<byte[], byte[]> producer;

    EventWriter(Map<String, Object> clientConfig) {
        this.config = new HashMap<>(clientConfig);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "feedback-events");
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MS_MAX);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MS_MAX);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MS_MAX);
        config.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, REQUEST_BYTES_MAX);
        this.producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Writes in the current trace; returns when the broker has the event.
     *
     * @throws Problem INVALID when it takes none of this size, BROKEN when it takes none from this user, BUSY when not in time
     */
    void write(ProducerRecord<byte[], byte[]> record) {
        RecordTrace.write(record);
        try {
            producer.send(record).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RecordTooLargeException) {
                throw Problem.invalid("SAMPLE_TOO_LARGE", "topic '" + record.topic()
                        + "' takes no event of this size (expected: a larger max.message.bytes of the topic)", e);
            }
            throw notTaken(record, e);
        } catch (TimeoutException | KafkaException e) {
            throw notTaken(record, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notTaken(record, e);
        }
    }

    private Problem notTaken(ProducerRecord<byte[], byte[]> record, Exception cause) {
        return UnwrittenEvent.problem(record.topic(), cause, config, LIMIT);
    }

    private void logUnwritten(ProducerRecord<byte[], byte[]> record, Exception cause) {
        LOG.warn("Event not written topic={} reason=\"{}\"", record.topic(),
                MissingRight.explain(cause, config, AclOperation.WRITE).getMessage());
    }

    /** Waits for a moment where the broker is not known yet. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the callback sees what the future would say
    public void send(ProducerRecord<byte[], byte[]> record, Consumer<Boolean> heard) {
        try {
            producer.send(record, (metadata, e) -> {
                if (e != null) {
                    logUnwritten(record, e);
                }
                heard.accept(e == null);
            });
        } catch (KafkaException e) {
            logUnwritten(record, e);
            heard.accept(false);
        }
    }

    @Override
    public void close() {
        producer.close(CLOSE_LIMIT);
    }
}
