package io.graft.inference.feedback;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
    /** In which an event is written, or never. */
    static final Duration LIMIT = Duration.ofSeconds(20);
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
            begin(record).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw problem(record.topic(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw problem(record.topic(), e);
        }
    }

    /**
     * Hands an event over, and waits for a moment where the broker is not known yet.
     *
     * @return ends when the broker has the event, or with whatever the producer says
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback sees what the future would say
    CompletableFuture<Void> begin(ProducerRecord<byte[], byte[]> record) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        try {
            producer.send(record, (metadata, e) -> {
                if (e == null) {
                    written.complete(null);
                } else {
                    written.completeExceptionally(e);
                }
            });
        } catch (KafkaException | IllegalStateException e) {
            written.completeExceptionally(e);
        }
        return written;
    }

    /** What is said of an event that was not written, as {@link #write} has it. */
    Problem problem(String topic, Exception failure) {
        if (failure.getCause() instanceof RecordTooLargeException) {
            return Problem.invalid("SAMPLE_TOO_LARGE", "topic '" + topic
                    + "' takes no event of this size (expected: a larger max.message.bytes of the topic)", failure);
        }
        return UnwrittenEvent.problem(topic, failure, config, LIMIT);
    }

    @Override
    public void send(ProducerRecord<byte[], byte[]> record, Consumer<Boolean> heard) {
        CompletableFuture<Void> unused = begin(record).whenComplete((nothing, failure) -> {
            if (failure != null) {
                LOG.warn("Event not written topic={} reason=\"{}\"", record.topic(),
                        MissingRight.explain(failure, config, AclOperation.WRITE).getMessage());
            }
            heard.accept(failure == null);
        });
    }

    @Override
    public void close() {
        producer.close(CLOSE_LIMIT);
    }
}
