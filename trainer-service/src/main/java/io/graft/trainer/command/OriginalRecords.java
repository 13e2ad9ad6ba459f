package io.graft.trainer.command;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import io.graft.event.ConsumerSettings;
import io.graft.event.DeadLetterOrigin;
import io.graft.event.LetterPart;
import io.graft.problem.Problem;

/** The records of letters that were too large for their topic, looked up where they first stood. */
final class OriginalRecords implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final KafkaConsumer<byte[], byte[]> consumer;

    OriginalRecords(Map<String, Object> kafka) {
        Map<String, Object> config = ConsumerSettings.of(kafka);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        this.consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The record that a letter was made of. @throws Problem MISSING when it does not stand there any more */
    ConsumerRecord<byte[], byte[]> find(ConsumerRecord<byte[], byte[]> letter, DeadLetterOrigin origin) {
        TopicPartition place = origin.place();
        consumer.assign(List.of(place));
        long deadline = System.nanoTime() + LIMIT.toNanos();
        if (consumer.endOffsets(List.of(place)).getOrDefault(place, 0L) > origin.offset()) {
            consumer.seek(place, origin.offset());
            while (consumer.position(place) <= origin.offset() && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() == origin.offset() && isSame(record, letter, origin)) {
                        return record;
                    }
                }
            }
        }
        throw Problem.missing("DEAD_LETTER_VALUE_GONE", "dead letter " + letter.topic() + "-" + letter.partition() + " offset "
                + letter.offset() + " was written without its "
                + origin.omitted().stream().map(LetterPart::word).collect(Collectors.joining(" and its "))
                + ", and its record is not in " + place + " at offset " + origin.offset()
                + " any more (expected: send the sample again yourself)");
    }

    /** A topic that was made anew has another record there. */
    private static boolean isSame(ConsumerRecord<byte[], byte[]> record, ConsumerRecord<byte[], byte[]> letter,
            DeadLetterOrigin origin) {
        return origin.omitted().contains(LetterPart.KEY) ? record.timestamp() == origin.timestampMs()
                : Arrays.equals(record.key(), letter.key());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
