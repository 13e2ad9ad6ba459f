package io.graft.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import io.graft.event.ConsumerSettings;
import io.graft.event.Envelope;
import io.graft.event.RecordPlace;
import io.graft.problem.Problem;

/** Versions that are no longer in memory: the topic {@code model-ready} itself, read at one offset. Thread-safe. */
public final class KafkaModelArchive {

    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, Object> clientConfig;
    private final Duration limit;

    /**
     * @param clientConfig connection settings: {@code bootstrap.servers} at least
     * @param limit of one reading
     */
    public KafkaModelArchive(Map<String, Object> clientConfig, Duration limit) {
        Map<String, Object> config = ConsumerSettings.of(clientConfig);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, "model-archive");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        this.clientConfig = config;
        this.limit = limit;
    }

    /**
     * Reads a record again.
     *
     * @return nothing when the record was deleted meanwhile
     * @throws Problem BUSY when the broker does not answer in time
     */
    public Optional<Envelope> read(RecordPlace place) {
        TopicPartition partition = new TopicPartition(place.topic(), place.partition());
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(clientConfig, new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, place.offset());
            long deadline = System.nanoTime() + limit.toNanos();
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    return record.offset() == place.offset() ? Optional.of(Envelope.open(record)) : Optional.empty();
                }
                if (consumer.position(partition) > place.offset()) {
                    return Optional.empty();
                }
            }
        } catch (KafkaException e) {
            throw Problem.busy("MODEL_ARCHIVE_BUSY", "record " + place + " cannot be read again: " + e.getMessage());
        }
        throw Problem.busy("MODEL_ARCHIVE_BUSY",
                "record " + place + " was not read again within " + limit.toSeconds() + " s");
    }
}
