package io.graft.benchmark;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import io.graft.event.TopicReplay;
import io.graft.feature.Embedding;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.testing.KafkaBroker;
import io.graft.testing.KafkaTopic;
import io.graft.testing.TemporaryFolder;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.table.FeatureTable;

/**
 * A restart: one task's features from a real broker into the trainer's table, against a consumer that only reads the same
 * records, in turns.
 */
final class FeatureReplay {

    private static final int FEATURE_COUNT = 100_000;
    private static final int DIMENSION = 512;
    private static final int LABEL_COUNT = 10;
    private static final int ROUNDS = 3;
    private static final String TOPIC = "sample-features";
    private static final TaskId TASK = new TaskId("benchmark");
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Map<String, Object> connection;
    private final TopicPartition partition = new TopicPartition(TOPIC, 0);

    private FeatureReplay(KafkaBroker broker) {
        this.connection = Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    static void measure() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create("graft-benchmark-");
                KafkaBroker broker = KafkaBroker.start(folder.path())) {
            KafkaTopic.create(broker, TOPIC, 1, Map.of("cleanup.policy", "compact"));
            FeatureReplay replay = new FeatureReplay(broker);
            replay.write();
            replay.compare();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback sees what the future would say
    private void write() {
        Random random = new Random(1);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(connection, new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < FEATURE_COUNT; i++) {
                float[] values = new float[DIMENSION];
                for (int d = 0; d < DIMENSION; d++) {
                    values[d] = random.nextFloat();
                }
                SampleKey key = new SampleKey(TASK, new SampleId("sample-" + i));
                Feature feature = new Feature(key, 1 + i, new Label("label-" + i % LABEL_COUNT), Optional.empty(),
                        "ab".repeat(32), new BackboneId("resnet18"), "cd".repeat(32), "float32", new Embedding(values));
                producer.send(new ProducerRecord<>(TOPIC, 0, 1L + i, key.toBytes(), FeatureCodec.encode(feature)),
                        (written, e) -> {
                            if (e != null) {
                                throw new IllegalStateException("a feature was not written", e);
                            }
                        });
            }
        }
    }

    private void compare() throws InterruptedException {
        double floor = Double.MAX_VALUE;
        // Before the first round no buffer of another one is still to be freed.
        Replayed first = replay();
        Replayed best = first;
        for (int round = 0; round < ROUNDS; round++) {
            floor = Math.min(floor, readOnly());
            Replayed replayed = replay();
            best = replayed.seconds < best.seconds ? replayed : best;
        }
        double sizeBytes = (double) FEATURE_COUNT * DIMENSION * Float.BYTES;
        System.out.printf(Locale.ROOT, "%nreplay of %,d features of %d numbers, one task (best of %d, in turns)%n"
                + "  %-46s %8.2f s%n  %-46s %8.2f s  %,.0f features/s  wanted: within 10 s%n  %-46s %8.2f ×%n"
                + "  %-46s %8.3f × of their size  wanted: within 1.2 ×%n  %-46s %8.2f s, direct memory + %.3f ×%n",
                FEATURE_COUNT, DIMENSION, ROUNDS, "a consumer that only reads", floor, "into the table", best.seconds,
                FEATURE_COUNT / best.seconds, "ratio", best.seconds / floor, "direct memory of the table",
                first.directBytes / sizeBytes, "a run's snapshot with its digest", best.snapshotSeconds,
                first.snapshotBytes / sizeBytes);
    }

    private double readOnly() {
        long begunAtNanos = System.nanoTime();
        long bytes = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings(), new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (consumer.position(partition) < FEATURE_COUNT) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    bytes += record.value().length;
                }
            }
        }
        if (bytes < (long) FEATURE_COUNT * DIMENSION * Float.BYTES) {
            throw new IllegalStateException("read " + bytes + " bytes");
        }
        return (System.nanoTime() - begunAtNanos) / 1e9;
    }

    private Map<String, Object> settings() {
        return Map.of("bootstrap.servers", connection.get("bootstrap.servers"), "isolation.level", "read_committed",
                "max.poll.records", 5000);
    }

    private record Replayed(double seconds, double directBytes, double snapshotSeconds, double snapshotBytes) {
    }

    private Replayed replay() throws InterruptedException {
        FeatureTable table = new FeatureTable(key -> true, new FeatureTable.Listener() {
            @Override
            public void taskAdded(TaskId task) {
            }

            @Override
            public void skipped(String code) {
                throw new IllegalStateException("a feature was skipped: " + code);
            }
        });
        long before = directBytes();
        long begunAtNanos = System.nanoTime();
        try (TopicReplay replay = new TopicReplay("benchmark", connection, Set.of(), table::apply)) {
            replay.readPartitions(List.of(partition));
            replay.start();
            if (!replay.awaitApplied(Map.of(partition, (long) FEATURE_COUNT), LIMIT)) {
                throw new IllegalStateException("not within " + LIMIT);
            }
            double seconds = (System.nanoTime() - begunAtNanos) / 1e9;
            long filled = directBytes();
            long snapshotAtNanos = System.nanoTime();
            FeatureSnapshot snapshot = table.snapshot(TASK, Optional.empty(), 0.2);
            double snapshotSeconds = (System.nanoTime() - snapshotAtNanos) / 1e9;
            if (snapshot.labelIndexes().length != FEATURE_COUNT) {
                throw new IllegalStateException("snapshot has " + snapshot.labelIndexes().length + " rows");
            }
            return new Replayed(seconds, filled - before, snapshotSeconds, directBytes() - filled);
        }
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    }
}
