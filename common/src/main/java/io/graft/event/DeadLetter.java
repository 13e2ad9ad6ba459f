package io.graft.event;

import java.nio.charset.StandardCharsets;

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

    private DeadLetter() {
    }

    /** The record for {@code T-dead-letter}, T being the record's topic. */
    public static ProducerRecord<byte[], byte[]> of(ConsumerRecord<byte[], byte[]> record, Problem problem) {
        ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(Topics.deadLetter(record.topic()), record.key(),
                record.value());
        Headers headers = letter.headers();
        for (Header header : record.headers()) {
            if (!header.key().startsWith(HEADER_PREFIX)) {
                headers.add(header);
            }
        }
        headers.add(HEADER_PREFIX + "code", utf8(problem.code()));
        headers.add(HEADER_PREFIX + "reason", utf8(problem.sentence()));
        headers.add(HEADER_PREFIX + "topic", utf8(record.topic()));
        headers.add(HEADER_PREFIX + "partition", utf8(Integer.toString(record.partition())));
        headers.add(HEADER_PREFIX + "offset", utf8(Long.toString(record.offset())));
        return letter;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
