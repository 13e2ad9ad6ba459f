package io.graft.event;

import static io.graft.testing.Records.record;
import static io.graft.testing.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;
import io.graft.testing.Records;

class DeadLetterTest {

    private final Problem problem = Problem.invalid("SAMPLE_LABEL_MISSING", "sample 'birds/wren' has no label");

    @Test
    void keepsTheRecordByteForByteAndSaysWhy() {
        // Given
        byte[] value = { 0, (byte) 0xFF, (byte) 0xC3, 0x28 };
        ConsumerRecord<byte[], byte[]> record = record("birds/wren", value, "split", "train", "note", "one", "note", "two");
        // When
        ProducerRecord<byte[], byte[]> letter = DeadLetter.of(record, problem);
        // Then
        assertThat(letter.topic()).isEqualTo(Records.TOPIC + "-dead-letter");
        assertThat(letter.partition()).isNull();
        assertThat(letter.key()).isEqualTo(utf8("birds/wren"));
        assertThat(letter.value()).isEqualTo(new byte[] { 0, (byte) 0xFF, (byte) 0xC3, 0x28 });
        assertThat(headers(letter)).containsExactly("split=train", "note=one", "note=two",
                "dead-letter-code=SAMPLE_LABEL_MISSING", "dead-letter-reason=sample 'birds/wren' has no label",
                "dead-letter-topic=" + Records.TOPIC, "dead-letter-partition=" + Records.PARTITION,
                "dead-letter-offset=" + Records.OFFSET, "dead-letter-timestamp=" + Records.TIMESTAMP_MS);
    }

    @Test
    void hasOneSetOfReasonsWhenItDiesAgain() {
        // Given: sent again as it is, and still no label
        ProducerRecord<byte[], byte[]> first = DeadLetter.of(record("birds/wren", utf8("x"), "split", "train"), problem);
        ConsumerRecord<byte[], byte[]> again = new ConsumerRecord<>(Records.TOPIC, 0, 77, 0, TimestampType.CREATE_TIME, 0, 0,
                first.key(), first.value(), first.headers(), Optional.empty());
        // When
        ProducerRecord<byte[], byte[]> second = DeadLetter.of(again, Problem.invalid("SAMPLE_EMPTY", "sample has no bytes"));
        // Then
        assertThat(headers(second)).containsExactly("split=train", "dead-letter-code=SAMPLE_EMPTY",
                "dead-letter-reason=sample has no bytes", "dead-letter-topic=" + Records.TOPIC, "dead-letter-partition=0",
                "dead-letter-offset=77", "dead-letter-timestamp=0");
    }

    @Test
    void takesARecordWithNeitherKeyNorValue() {
        // When
        ProducerRecord<byte[], byte[]> letter = DeadLetter.of(record(null, null), problem);
        // Then
        assertThat(letter.key()).isNull();
        assertThat(letter.value()).isNull();
    }

    private static List<String> headers(ProducerRecord<byte[], byte[]> letter) {
        return Arrays.stream(letter.headers().toArray())
                .map(header -> header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8)).toList();
    }
}
