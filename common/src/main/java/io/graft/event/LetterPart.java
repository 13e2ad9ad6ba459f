package io.graft.event;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** What a dead letter has of its record, as far as the letters' topic takes it. */
public enum LetterPart {
    VALUE,
    HEADERS,
    KEY;

    /** As a sentence names it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of a letter without the part: how many bytes it had. */
    String header() {
        return DeadLetter.HEADER_PREFIX + word() + "-omitted";
    }

    long byteCount(ProducerRecord<byte[], byte[]> letter) {
        return switch (this) {
            case VALUE -> Transactions.length(letter.value());
            case HEADERS -> originalHeadersByteCount(letter);
            case KEY -> Transactions.length(letter.key());
        };
    }

    private static long originalHeadersByteCount(ProducerRecord<byte[], byte[]> letter) {
        long count = 0;
        for (Header header : letter.headers()) {
            count += DeadLetter.isOriginal(header) ? Transactions.byteCount(header) : 0;
        }
        return count;
    }

    /** The same letter without the part, which it says. */
    ProducerRecord<byte[], byte[]> omittedFrom(ProducerRecord<byte[], byte[]> letter) {
        ProducerRecord<byte[], byte[]> shorter = new ProducerRecord<>(letter.topic(), letter.partition(), letter.timestamp(),
                this == KEY ? null : letter.key(), this == VALUE ? null : letter.value());
        for (Header header : letter.headers()) {
            if (this != HEADERS || !DeadLetter.isOriginal(header)) {
                shorter.headers().add(header);
            }
        }
        shorter.headers().add(header(), Long.toString(byteCount(letter)).getBytes(StandardCharsets.UTF_8));
        return shorter;
    }
}
