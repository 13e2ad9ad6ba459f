package io.graft.trainer.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jboss.logging.Logger;

import io.graft.event.Topics;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.SampleEvent;
import io.graft.sample.SampleEventCodec;
import io.graft.sample.SampleKey;
import io.graft.trainer.table.SampleOrigin;

/**
 * Reads samples of one task from {@code labelled-samples} again, for whoever needs their contents and not their features. A
 * task's samples lie on all partitions, so it reads all of them, from the earliest moment that any wanted sample was sent.
 * Thread-safe.
 */
public final class StoredSamples {

    private static final Logger LOG = Logger.getLogger(StoredSamples.class);
    /** A sample may have megabytes. */
    private static final int FETCHED_COUNT_MAX = 100;

    private final LogReading reading;
    private final Topics topics;
    private final SampleEventCodec codec;

    /**
     * @param clientConfig connection settings: {@code bootstrap.servers} at least
     * @param limit how long one reading may take
     */
    public StoredSamples(Map<String, Object> clientConfig, Topics topics, SampleEventCodec codec, Duration limit) {
        this.reading = new LogReading(clientConfig, "graft-stored-samples", FETCHED_COUNT_MAX, limit);
        this.topics = topics;
        this.codec = codec;
    }

    /** Takes what is found, on the reading thread; what it throws ends the reading. */
    @FunctionalInterface
    public interface Finder extends Consumer<SampleEvent.Labelled> {

        /** Called between fetches, often: to look whether anybody still wants the rest. */
        default void goingOn() {
        }
    }

    /**
     * Reads until all are found, or to where the topic ends when reading begins. Each is found once, with the wanted content;
     * label and split are those that it had when that content was sent. A record that is no sample any more is passed over.
     *
     * @param wanted which content of each; not changed
     * @return those that are not there: deleted, or replaced by another content
     * @throws Problem BUSY {@code LOG_READING_LATE} when it takes longer than the limit, {@code BROKER_BUSY} when the broker
     *         does not answer
     */
    public Map<SampleId, SampleOrigin> find(TaskId task, Map<SampleId, SampleOrigin> wanted, Finder finder) {
        Map<SampleId, SampleOrigin> missing = new HashMap<>(wanted);
        OptionalLong since = wanted.values().stream().mapToLong(SampleOrigin::timestampMs).min();
        if (since.isEmpty()) {
            return missing;
        }
        try (KafkaConsumer<byte[], byte[]> consumer = reading.open()) {
            reading.read(consumer, reading.partitions(consumer, topics.labelledSamples()), since, new LogReading.Reader() {
                @Override
                public void take(ConsumerRecord<byte[], byte[]> record) {
                    find(task, missing, record, finder);
                }

                @Override
                public boolean isDone() {
                    finder.goingOn();
                    return missing.isEmpty();
                }
            });
        }
        return missing;
    }

    private void find(TaskId task, Map<SampleId, SampleOrigin> missing, ConsumerRecord<byte[], byte[]> record, Finder finder) {
        SampleEvent.Labelled sample;
        try {
            SampleKey key = SampleKey.parse(record.key());
            if (!key.task().equals(task) || !missing.containsKey(key.sampleId())
                    || !(codec.decode(record) instanceof SampleEvent.Labelled labelled)) {
                return;
            }
            sample = labelled;
        } catch (Problem e) {
            LOG.debugf("Sample skipped code=%s reason=%s topic=%s partition=%d offset=%d", e.code(), e.sentence(),
                    record.topic(), record.partition(), record.offset());
            return;
        }
        SampleId id = sample.key().sampleId();
        SampleOrigin content = missing.get(id);
        if (content != null && content.sha256().equals(sample.sha256())) {
            missing.remove(id);
            finder.accept(sample);
        }
    }
}
