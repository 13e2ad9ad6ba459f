package io.graft.trainer.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jboss.logging.Logger;

import io.graft.event.ConsumerSettings;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.problem.Problem;
import io.graft.sample.SampleKey;
import io.graft.trainer.embedding.FeatureRecords;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.TaskFeatures;

/**
 * Reads one task from the topics, on any machine and beside whoever owns the task: committed records, without a group, from the
 * beginning to where the topic ends when reading begins. Thread-safe.
 */
public final class TaskLog {

    private static final Logger LOG = Logger.getLogger(TaskLog.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, Object> consumerConfig;
    private final Topics topics;
    private final Duration limit;

    /**
     * @param clientConfig connection settings: {@code bootstrap.servers} at least
     * @param limit how long one reading may take
     */
    public TaskLog(Map<String, Object> clientConfig, Topics topics, Duration limit) {
        this.consumerConfig = ConsumerSettings.of(clientConfig);
        consumerConfig.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5000);
        this.topics = topics;
        this.limit = limit;
    }

    /**
     * The features of a task as they are now; none for a task that nobody knows.
     *
     * @param trained the backbones whose features are wanted
     * @throws Problem BUSY when the broker does not answer in time
     */
    public TaskFeatures features(TaskId task, Predicate<BackboneKey> trained) {
        TaskFeatures features = new TaskFeatures(task, trained);
        try (KafkaConsumer<byte[], byte[]> consumer = open()) {
            List<TopicPartition> partitions = partitions(consumer, topics.sampleFeatures());
            read(consumer, List.of(partitions.get(FeatureRecords.partition(task, partitions.size()))),
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
        try (KafkaConsumer<byte[], byte[]> consumer = open()) {
            read(consumer, List.of(new TopicPartition(topics.sampleFeatures(), partition)), record -> {
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
            SampleKey key = SampleKey.parse(record.key());
            if (key.task().equals(task)) {
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
        try (KafkaConsumer<byte[], byte[]> consumer = open()) {
            read(consumer, partitions(consumer, topics.modelReady()), record -> {
                if (Topics.keyText(record.key()).equals(text)) {
                    found.clear();
                    Optional.ofNullable(record.value()).ifPresent(found::add);
                }
            });
        }
        return found.stream().map(ModelReady::parse).findFirst();
    }

    private KafkaConsumer<byte[], byte[]> open() {
        Map<String, Object> config = new HashMap<>(consumerConfig);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, "graft-task-log-" + UUID.randomUUID());
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<PartitionInfo> known;
        try {
            known = consumer.partitionsFor(topic, limit);
        } catch (RetriableException e) {
            throw Problem.busy("BROKER_BUSY", "asking for the partitions of '" + topic + "' failed: " + e.getMessage());
        }
        if (known == null || known.isEmpty()) {
            throw Problem.broken("TOPICS_UNFIT", "topic '" + topic + "' is not there");
        }
        return known.stream().map(each -> new TopicPartition(topic, each.partition()))
                .sorted((one, other) -> Integer.compare(one.partition(), other.partition())).toList();
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, limit);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw Problem.busy("LOG_READING_LATE", "reading " + partitions + " took longer than " + limit);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() < ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
                        reader.accept(record);
                    }
                }
            }
        } catch (RetriableException e) {
            throw Problem.busy("BROKER_BUSY", "reading " + partitions + " failed: " + e.getMessage());
        }
    }
}
