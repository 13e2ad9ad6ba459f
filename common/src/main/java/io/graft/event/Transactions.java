package io.graft.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import io.graft.problem.Problem;

/**
 * Records and the offsets they came of, written together or not at all. For one thread, but for {@link #partitionCount}.
 * <p>
 * After a failure the producer is thrown away and the next one begins by having the broker settle what was open: only then do
 * the group's committed offsets say what has happened, so the caller reads them again and goes on from there. Whoever starts
 * later with the same id fences whoever had it before; a broker that was away for longer than a transaction may last does the
 * same. Which of the two it was the consumer group says, whose membership has the same name.
 */
public final class Transactions implements AutoCloseable {

    public static final String RECORD_TOO_LARGE = "RECORD_TOO_LARGE";
    /** Of one event, beside what its topic takes. */
    public static final int EVENT_BYTES_MAX = 32 * 1024 * 1024;

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    /** Records that came of no record have no offsets either, and no group is asked. */
    private static final ConsumerGroupMetadata NO_GROUP = new ConsumerGroupMetadata("none");

    private final Map<String, Object> config;
    private volatile @Nullable KafkaProducer<byte[], byte[]> producer;

    /** A record that its topic does not take. */
    private record Refusal(ProducerRecord<byte[], byte[]> record, Exception cause) {
    }

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
        config.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, EVENT_BYTES_MAX);
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
                throw explained(e);
            }
            producer = opened;
        }
    }

    /** How many partitions a topic has. */
    public int partitionCount(String topic) {
        try {
            return opened().partitionsFor(topic).size();
        } catch (KafkaException e) {
            throw explained(e);
        }
    }

    /** The producer, for binding its metrics. */
    public KafkaProducer<byte[], byte[]> producer() {
        return opened();
    }

    /** Writes records together, as {@link #commit(List, Map, ConsumerGroupMetadata)} does. */
    public void commit(List<ProducerRecord<byte[], byte[]>> records) {
        commit(records, Map.of(), NO_GROUP);
    }

    /**
     * Writes records and offsets together. A dead letter that is too large for its topic is written without its largest part,
     * and without the others too where that is not enough.
     *
     * @throws KafkaException when it is not known to have happened: read the committed offsets again after {@link #open()}
     * @throws Problem BROKEN {@code RECORD_TOO_LARGE} when a topic does not take a record: trying again does not help
     */
    public void commit(List<ProducerRecord<byte[], byte[]>> records, Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        commit(records, offsets, group, refused -> Optional.empty());
    }

    /**
     * The same.
     *
     * @param instead what is written in the place of a record that its topic does not take, and of those of the topic that are
     *        as large or larger
     */
    void commit(List<ProducerRecord<byte[], byte[]>> records, Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group,
            Function<ProducerRecord<byte[], byte[]>, Optional<ProducerRecord<byte[], byte[]>>> instead) {
        List<ProducerRecord<byte[], byte[]>> taken = records;
        Optional<Refusal> refusal = write(taken, offsets, group);
        while (refusal.isPresent()) {
            Refusal refused = refusal.get();
            List<ProducerRecord<byte[], byte[]>> last = taken;
            taken = instead.apply(refused.record).map(other -> replaced(last, refused.record, other, instead))
                    .or(() -> DeadLetter.shortened(last, refused.record)).orElseThrow(() -> tooLarge(refused));
            refusal = write(taken, offsets, group);
        }
    }

    /**
     * The same records with another one in the place of the refused one, and in that of each of its topic that is as large or
     * larger: they would be refused as well.
     */
    static List<ProducerRecord<byte[], byte[]>> replaced(List<ProducerRecord<byte[], byte[]>> records,
            ProducerRecord<byte[], byte[]> refused, ProducerRecord<byte[], byte[]> other,
            Function<ProducerRecord<byte[], byte[]>, Optional<ProducerRecord<byte[], byte[]>>> instead) {
        List<ProducerRecord<byte[], byte[]>> taken = new ArrayList<>(records.size());
        for (ProducerRecord<byte[], byte[]> record : records) {
            if (isSame(record, refused)) {
                taken.add(other);
            } else if (record.topic().equals(refused.topic()) && byteCount(record) >= byteCount(refused)) {
                taken.add(instead.apply(record).orElse(record));
            } else {
                taken.add(record);
            }
        }
        return taken;
    }

    static long byteCount(ProducerRecord<byte[], byte[]> record) {
        long count = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            count += byteCount(header);
        }
        return count;
    }

    static long byteCount(Header header) {
        return header.key().length() + length(header.value());
    }

    static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    /** Records may be equal and yet two. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(ProducerRecord<byte[], byte[]> record, ProducerRecord<byte[], byte[]> refused) {
        return record == refused;
    }

    /**
     * Returns the record that was refused, if nothing was written for its sake; the producer stays, since no doubt is left. It
     * is the first that fails so: to those that are still unsent then, the producer gives the same failure.
     */
    private Optional<Refusal> write(List<ProducerRecord<byte[], byte[]>> records,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        KafkaProducer<byte[], byte[]> open = opened();
        AtomicReference<@Nullable Refusal> tooLarge = new AtomicReference<>();
        try {
            open.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : records) {
                Future<RecordMetadata> unused = open.send(record, (place, e) -> {
                    if (e instanceof RecordTooLargeException) {
                        tooLarge.compareAndSet(null, new Refusal(record, e));
                    }
                });
            }
            open.sendOffsetsToTransaction(offsets, group);
            open.commitTransaction();
            return Optional.empty();
        } catch (RuntimeException e) {
            if (isTooLarge(e)) {
                abort(open);
                Refusal refused = tooLarge.get();
                if (refused != null) {
                    return Optional.of(refused);
                }
            }
            discard();
            throw explained(e);
        }
    }

    private RuntimeException explained(RuntimeException e) {
        return MissingRight.explain(e, config, AclOperation.WRITE);
    }

    /** Also waits for the callbacks of what was sent, so the answer to a record is known after it. */
    private void abort(KafkaProducer<byte[], byte[]> open) {
        try {
            open.abortTransaction();
        } catch (RuntimeException e) {
            discard();
            throw e;
        }
    }

    private static boolean isTooLarge(Throwable e) {
        return e instanceof RecordTooLargeException || (e.getCause() != null && isTooLarge(e.getCause()));
    }

    private static Problem tooLarge(Refusal refusal) {
        ProducerRecord<byte[], byte[]> record = refusal.record;
        long bytes = length(record.key()) + length(record.value());
        return Problem.broken(RECORD_TOO_LARGE, "topic '" + record.topic() + "' does not take a record of " + bytes
                + " bytes (expected: a max.message.bytes of the topic that has room for it)", refusal.cause);
    }

    private KafkaProducer<byte[], byte[]> opened() {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open == null) {
            throw new IllegalStateException("transactions are not open");
        }
        return open;
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
