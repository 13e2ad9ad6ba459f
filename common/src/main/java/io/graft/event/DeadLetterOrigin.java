package io.graft.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

import io.graft.problem.Problem;

/**
 * Where a dead letter came from, as its headers tell it.
 *
 * @param code why it could not be used
 * @param timestampMs of the record that it was made of, ms since 1970; the letter's own where an older release wrote none
 * @param omitted parts that were too large for the letters' topic: the whole record may still stand at {@code place()}
 */
public record DeadLetterOrigin(String code, String topic, int partition, long offset, long timestampMs,
        List<LetterPart> omitted) {

    public DeadLetterOrigin {
        omitted = List.copyOf(omitted);
    }

    /**
     * Reads the headers of a letter.
     *
     * @param topic that it must have come from
     * @throws Problem INVALID {@code DEAD_LETTER_INVALID} when it did not, or does not say
     */
    public static DeadLetterOrigin of(ConsumerRecord<byte[], byte[]> letter, String topic) {
        String from = required(letter, DeadLetter.TOPIC);
        if (!from.equals(topic)) {
            throw invalid(letter, "comes from topic '" + from + "' (expected: '" + topic + "')");
        }
        Optional<Long> timestampMs = header(letter, DeadLetter.TIMESTAMP).map(text -> number(letter, text))
                .filter(number -> number >= 0);
        return new DeadLetterOrigin(required(letter, DeadLetter.CODE), from,
                (int) number(letter, required(letter, DeadLetter.PARTITION)),
                number(letter, required(letter, DeadLetter.OFFSET)), timestampMs.orElse(Math.max(0, letter.timestamp())),
                Arrays.stream(LetterPart.values()).filter(part -> header(letter, part.header()).isPresent()).toList());
    }

    /** The partition that the record stood on. */
    public TopicPartition place() {
        return new TopicPartition(topic, partition);
    }

    private static String required(ConsumerRecord<byte[], byte[]> letter, String name) {
        return header(letter, name).orElseThrow(() -> invalid(letter, "has no header '" + name + "'"));
    }

    private static Optional<String> header(ConsumerRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        return Optional.ofNullable(header).map(Header::value).map(value -> new String(value, StandardCharsets.UTF_8));
    }

    private static long number(ConsumerRecord<byte[], byte[]> letter, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw invalid(letter, "has the text '" + text + "' in a header where a number belongs");
        }
    }

    private static Problem invalid(ConsumerRecord<byte[], byte[]> letter, String what) {
        return Problem.invalid("DEAD_LETTER_INVALID",
                "dead letter " + letter.topic() + "-" + letter.partition() + " offset " + letter.offset() + " " + what);
    }
}
