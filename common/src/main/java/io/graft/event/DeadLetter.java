package io.graft.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

import io.graft.problem.Problem;

/**
 * A record that cannot be used: key, value and headers as they came, and headers that say why. It can be sent again as it is.
 */
public final class DeadLetter {

    static final String HEADER_PREFIX = "dead-letter-";
    static final String CODE = HEADER_PREFIX + "code";
    static final String TOPIC = HEADER_PREFIX + "topic";
    static final String PARTITION = HEADER_PREFIX + "partition";
    static final String OFFSET = HEADER_PREFIX + "offset";
    static final String TIMESTAMP = HEADER_PREFIX + "timestamp";

    private DeadLetter() {
    }

    /** The record for {@code T-dead-letter}, T being the record's topic. */
    public static ProducerRecord<byte[], byte[]> of(ConsumerRecord<byte[], byte[]> record, Problem problem) {
        ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(Topics.deadLetter(record.topic()), record.key(),
                record.value());
        Headers headers = letter.headers();
        addOriginal(headers, record.headers());
        headers.add(CODE, utf8(problem.code()));
        headers.add(HEADER_PREFIX + "reason", utf8(problem.sentence()));
        headers.add(TOPIC, utf8(record.topic()));
        headers.add(PARTITION, utf8(Integer.toString(record.partition())));
        headers.add(OFFSET, utf8(Long.toString(record.offset())));
        headers.add(TIMESTAMP, utf8(Long.toString(record.timestamp())));
        return letter;
    }

    /**
     * The record that a letter was made of, to be sent to its topic once more. It has its first timestamp, so that what was
     * sent of its key since then still counts before it.
     *
     * @param whole the letter, or the record itself where the letter lacks a part of it
     */
    public static ProducerRecord<byte[], byte[]> again(ConsumerRecord<byte[], byte[]> whole, DeadLetterOrigin origin) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(origin.topic(), null, origin.timestampMs(), whole.key(),
                whole.value());
        addOriginal(record.headers(), whole.headers());
        return record;
    }

    private static void addOriginal(Headers target, Headers source) {
        for (Header header : source) {
            if (isOriginal(header)) {
                target.add(header);
            }
        }
    }

    /** Whether a letter's header is one of its record. */
    static boolean isOriginal(Header header) {
        return !header.key().startsWith(HEADER_PREFIX);
    }

    /**
     * The same records, but each dead letter that is as large as one that its topic has refused, or larger, without its largest
     * part.
     *
     * @return absent when the refused record is no dead letter, or has no part any more
     */
    static Optional<List<ProducerRecord<byte[], byte[]>>> shortened(List<ProducerRecord<byte[], byte[]>> records,
            ProducerRecord<byte[], byte[]> refused) {
        if (largestPart(refused).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(records.stream().map(record -> record.topic().equals(refused.topic())
                && Transactions.byteCount(record) >= Transactions.byteCount(refused)
                        ? largestPart(record).map(part -> part.omittedFrom(record)).orElse(record)
                        : record)
                .toList());
    }

    private static Optional<LetterPart> largestPart(ProducerRecord<byte[], byte[]> record) {
        return isLetter(record) ? Arrays.stream(LetterPart.values()).filter(part -> part.byteCount(record) > 0)
                .max(Comparator.comparingLong(part -> part.byteCount(record))) : Optional.empty();
    }

    private static boolean isLetter(ProducerRecord<byte[], byte[]> record) {
        Header topic = record.headers().lastHeader(TOPIC);
        return topic != null && record.topic().equals(Topics.deadLetter(new String(topic.value(), StandardCharsets.UTF_8)));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
