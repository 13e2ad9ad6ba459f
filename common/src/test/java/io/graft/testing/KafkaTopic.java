package io.graft.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic on a real broker, as its other users see it: they write to it, and read what is committed. */
public final class KafkaTopic {

    private static final Duration POLL = Duration.ofMillis(100);

    private final Map<String, Object> connection;
    private final String name;
    private final List<TopicPartition> partitions;

    private KafkaTopic(Map<String, Object> connection, String name, int partitionCount) {
        this.connection = connection;
        this.name = name;
        this.partitions = IntStream.range(0, partitionCount).mapToObj(number -> new TopicPartition(name, number)).toList();
    }

    /** Creates a topic. */
    public static KafkaTopic create(KafkaBroker broker, String name, int partitionCount) {
        return create(broker, name, partitionCount, Map.of());
    }

    /** Creates a topic with settings of its own. */
    public static KafkaTopic create(KafkaBroker broker, String name, int partitionCount, Map<String, String> settings) {
        Map<String, Object> connection = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (Admin admin = Admin.create(connection)) {
            admin.createTopics(List.of(new NewTopic(name, partitionCount, (short) 1).configs(settings))).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("topic '" + name + "' cannot be created", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while creating topic '" + name + "'", e);
        }
        return new KafkaTopic(connection, name, partitionCount);
    }

    public String name() {
        return name;
    }

    public TopicPartition partition(int number) {
        return partitions.get(number);
    }

    /** Writes values to a partition, one after the other, each its own key. */
    public void write(int partition, List<String> values) {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            send(producer, partition, values);
        }
    }

    /** Writes a record of this topic. */
    public void write(ProducerRecord<byte[], byte[]> record) {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            producer.send(record).get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("topic '" + name + "' was not written", e);
        }
    }

    /** Writes values in one transaction, which leaves a marker behind them. */
    public void writeCommitted(int partition, List<String> values) {
        try (KafkaProducer<byte[], byte[]> producer = begin()) {
            send(producer, partition, values);
            producer.commitTransaction();
        }
    }

    /** Writes values that nobody will see, and a marker that says so. */
    public void writeAborted(int partition, List<String> values) {
        try (KafkaProducer<byte[], byte[]> producer = begin()) {
            send(producer, partition, values);
            producer.flush();
            producer.abortTransaction();
        }
    }

    private KafkaProducer<byte[], byte[]> begin() {
        KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "writer-of-" + name));
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(connection);
        all.put("acks", "all");
        all.putAll(settings);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int partition, List<String> values) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (String value : values) {
            sent.add(producer.send(new ProducerRecord<>(name, partition, Records.utf8(value), Records.utf8(value))));
        }
        producer.flush();
        try {
            for (Future<RecordMetadata> written : sent) {
                written.get();
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("topic '" + name + "' was not written", e);
        }
    }

    /** The end offsets that a reader of committed records sees; markers count. */
    public Map<TopicPartition, Long> ends() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            return consumer.endOffsets(partitions);
        }
    }

    /** All committed records, partition by partition in their order. */
    public List<ConsumerRecord<byte[], byte[]>> readAll() {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Await.until("topic '" + name + "' is read to its ends " + ends, () -> {
                consumer.poll(POLL).forEach(records::add);
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
        }
        return records;
    }

    /**
     * Waits until no transaction is open: a commit is over for its producer before readers see it.
     *
     * @return this topic
     */
    public KafkaTopic awaitCommits() {
        try (KafkaConsumer<byte[], byte[]> committed = consumer(); KafkaConsumer<byte[], byte[]> all = consumer(Map.of())) {
            Await.until("the transactions on topic '" + name + "' have ended",
                    () -> committed.endOffsets(partitions).equals(all.endOffsets(partitions)));
        }
        return this;
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return consumer(Map.of("isolation.level", "read_committed"));
    }

    private KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> isolation) {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.putAll(isolation);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
