package io.graft.trainer.command;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

import io.graft.event.ConsumerSettings;
import io.graft.event.DeadLetterOrigin;
import io.graft.problem.Problem;

/** The values of letters that were too large for their topic, looked up where their records first stood. */
final class OmittedValues implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final KafkaConsumer<byte[], byte[]> consumer;

    OmittedValues(Map<String, Object> kafka) {
        Map<String, Object> config = ConsumerSettings.of(kafka);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        this.consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The value of the record that a letter was made of. @throws Problem MISSING when it does not stand there any more */
    byte @Nullable [] find(ConsumerRecord<byte[], byte[]> letter, DeadLetterOrigin origin) {
        TopicPartition place = origin.place();
        consumer.assign(List.of(place));
        long deadline = System.nanoTime() + LIMIT.toNanos();
        if (consumer.endOffsets(List.of(place)).getOrDefault(place, 0L) > origin.offset()) {
            consumer.seek(place, origin.offset());
            while (consumer.position(place) <= origin.offset() && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() == origin.offset() && Arrays.equals(record.key(), letter.key())) {
                        return record.value();
                    }
                }
            }
        }
        throw Problem.missing("DEAD_LETTER_VALUE_GONE", "the value of dead letter " + letter.topic() + "-" + letter.partition()
                + " offset " + letter.offset() + " was omitted, and is not in " + place + " at offset " + origin.offset()
                + " any more (expected: send the sample again yourself)");
    }

    @Override
    public void close() {
        consumer.close();
    }
}
