package io.graft.event;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import io.graft.problem.Problem;

/**
 * Records and the offsets they came of, written together or not at all. For one thread.
 * <p>
 * After a failure the producer is thrown away and the next one begins by having the broker settle what was open: only then do
 * the
 * group's committed offsets say what has happened, so the caller reads them again and goes on from there. Whoever starts later
 * with the same id fences whoever had it before.
 */
public final class Transactions implements AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Map<String, Object> config;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    /**
     * Prepares; {@link #open()} connects.
     *
     * @param clientConfig connection settings; what transactions need is set on top of them
     * @param transactionalId the same for the same instance, whatever its process: a restart settles what a crash left open
     */
    public Transactions(Map<String, Object> clientConfig, String transactionalId) {
        config = new HashMap<>(clientConfig);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, transactionalId);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 32 * 1024 * 1024);
        config.putIfAbsent(ProducerConfig.BUFFER_MEMORY_CONFIG, 64L * 1024 * 1024);
    }

    /** Settles what an earlier holder of the id left open and fences it; does nothing when open. */
    public void open() {
        if (producer == null) {
            KafkaProducer<byte[], byte[]> opened = new KafkaProducer<>(config, new ByteArraySerializer(),
                    new ByteArraySerializer());
            try {
                opened.initTransactions();
            } catch (RuntimeException e) {
                opened.close(Duration.ZERO);
                throw e;
            }
            producer = opened;
        }
    }

    /** How many partitions a topic has. */
    public int partitionCount(String topic) {
        return opened().partitionsFor(topic).size();
    }

    /** The producer, for binding its metrics. */
    public KafkaProducer<byte[], byte[]> producer() {
        return opened();
    }

    /**
     * Writes records and offsets together.
     *
     * @throws KafkaException when it is not known to have happened: read the committed offsets again after {@link #open()}
     * @throws Problem BROKEN {@code FENCED} when another process has taken this id
     */
    public void commit(List<ProducerRecord<byte[], byte[]>> records, Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        KafkaProducer<byte[], byte[]> open = opened();
        try {
            open.beginTransaction();
            Future<RecordMetadata> last = null;
            for (ProducerRecord<byte[], byte[]> record : records) {
                last = open.send(record);
            }
            open.sendOffsetsToTransaction(offsets, group);
            if (last != null) {
                open.flush();
                last.get();
            }
            open.commitTransaction();
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            discard();
            throw Problem.broken("FENCED", "transactional id '" + config.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG)
                    + "' was taken by another process (expected: one process for each graft.instance)", e);
        } catch (ExecutionException e) {
            discard();
            throw new KafkaException("a record could not be written: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            discard();
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted within a transaction", e);
        } catch (RuntimeException e) {
            discard();
            throw e;
        }
    }

    private KafkaProducer<byte[], byte[]> opened() {
        if (producer == null) {
            throw new IllegalStateException("transactions are not open");
        }
        return producer;
    }

    private void discard() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSE_LIMIT);
            producer = null;
        }
    }
}
