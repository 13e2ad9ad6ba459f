package io.graft.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class TransactionsTest {

    private static ProducerRecord<byte[], byte[]> record(String topic, int byteCount) {
        return new ProducerRecord<>(topic, new byte[10], new byte[byteCount]);
    }

    @Test
    void replacesWithARefusedRecordThoseThatWouldBeRefusedNext() {
        // Given
        ProducerRecord<byte[], byte[]> refused = record("predictions", 100);
        ProducerRecord<byte[], byte[]> small = record("predictions", 99);
        ProducerRecord<byte[], byte[]> elsewhere = record("others", 100);
        ProducerRecord<byte[], byte[]> large = record("predictions", 99);
        large.headers().add("header", new byte[10]);
        ProducerRecord<byte[], byte[]> other = record("letters", 1);
        ProducerRecord<byte[], byte[]> another = record("letters", 2);

        // When
        List<ProducerRecord<byte[], byte[]>> replaced = Transactions.replaced(List.of(small, refused, elsewhere, large),
                refused,
                other, record -> Optional.of(another));

        // Then
        assertThat(replaced).containsExactly(small, other, elsewhere, another);
    }
}
