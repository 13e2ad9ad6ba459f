package io.graft.trainer.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

import io.graft.event.Topics;
import io.graft.feature.FeatureKey;
import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.problem.Problem;
import io.graft.trainer.embedding.FeatureRecords;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.TaskFeatures;

/**
 * Reads one task from the topics, on any machine and beside whoever owns the task: committed records, without a group, from the
 * beginning to where the topic ends when reading begins. Thread-safe.
 */
public final class TaskLog {

    private static final Logger LOG = Logger.getLogger(TaskLog.class);
    private static final int FETCHED_COUNT_MAX = 5000;

    private final LogReading reading;
    private final Topics topics;

    /**
     * @param clientConfig connection settings: {@code bootstrap.servers} at least
     * @param limit how long one reading may take
     */
    public TaskLog(Map<String, Object> clientConfig, Topics topics, Duration limit) {
        this.reading = new LogReading(clientConfig, "graft-task-log", FETCHED_COUNT_MAX, limit);
        this.topics = topics;
    }

    /**
     * The features of a task as they are now; none for a task that nobody knows.
     *
     * @param trained the backbones whose features are wanted
     * @throws Problem BUSY when the broker does not answer in time
     */
    public TaskFeatures features(TaskId task, Predicate<BackboneKey> trained) {
        TaskFeatures features = new TaskFeatures(task, trained);
        try (KafkaConsumer<byte[], byte[]> consumer = reading.open()) {
            List<TopicPartition> partitions = reading.partitions(consumer, topics.sampleFeatures());
            reading.read(consumer, List.of(partitions.get(FeatureRecords.partition(task, partitions.size()))),
                    OptionalLong.empty(),
                    record -> apply(task, features, record));
        }
        return features;
    }

    /**
     * The features of a task as they are now, with a stop on the way.
     *
     * @param backbone whose features are wanted
     * @param partition of {@code sample-features}
     * @param mark offset before which everything is in the features when they are shown
     * @param atMark looks at the features there
     * @throws Problem BUSY when the broker does not answer in time
     */
    public TaskFeatures features(TaskId task, BackboneKey backbone, int partition, long mark, Consumer<TaskFeatures> atMark) {
        TaskFeatures features = new TaskFeatures(task, backbone::equals);
        boolean[] passed = new boolean[1];
        try (KafkaConsumer<byte[], byte[]> consumer = reading.open()) {
            reading.read(consumer, List.of(new TopicPartition(topics.sampleFeatures(), partition)), OptionalLong.empty(),
                    record -> {
                        if (!passed[0] && record.offset() >= mark) {
                            passed[0] = true;
                            atMark.accept(features);
                        }
                        apply(task, features, record);
                    });
        }
        if (!passed[0]) {
            atMark.accept(features);
        }
        return features;
    }

    private static void apply(TaskId task, TaskFeatures features, ConsumerRecord<byte[], byte[]> record) {
        try {
            FeatureKey key = FeatureKey.parse(record.key());
            if (key.sample().task().equals(task)) {
                features.apply(key, record);
            }
        } catch (Problem e) {
            LOG.debugf("Feature skipped code=%s reason=%s topic=%s partition=%d offset=%d", e.code(), e.sentence(),
                    record.topic(), record.partition(), record.offset());
        }
    }

    /**
     * A version; absent when there is none.
     *
     * @throws Problem INVALID when its event cannot be read, BUSY when the broker does not answer in time
     */
    public Optional<ModelReady> model(ModelKey key) {
        String text = key.toString();
        List<byte[]> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = reading.open()) {
            reading.read(consumer, reading.partitions(consumer, topics.modelReady()), OptionalLong.empty(), record -> {
                if (Topics.keyText(record.key()).equals(text)) {
                    found.clear();
                    Optional.ofNullable(record.value()).ifPresent(found::add);
                }
            });
        }
        return found.stream().map(ModelReady::parse).findFirst();
    }
}
