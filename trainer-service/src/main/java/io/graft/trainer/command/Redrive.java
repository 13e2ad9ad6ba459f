package io.graft.trainer.command;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.event.DeadLetter;
import io.graft.event.DeadLetterOrigin;
import io.graft.event.Topics;
import io.graft.event.Transactions;
import io.graft.problem.Problem;

/**
 * Reads a topic's dead letters, from where the last redrive ended to the end as of now, and sends each to its topic again or,
 * where it is not wanted, to the dead letters again.
 * <p>
 * What is written and how far the letters are read is one transaction, so that a redrive which dies loses no letter and the
 * next one sends none twice. A redrive of the same topic that still runs is fenced.
 */
final class Redrive {

    private static final String GROUP = "graft-redrive";

    private final Map<String, Object> kafka;
    private final String topic;
    private final String letters;
    private final String group;
    private final Set<String> codes;
    private final Consumer<String> says;

    /**
     * How many letters there were.
     *
     * @param byCode of both, those that were sent and those that were kept
     */
    record Count(int sentCount, int keptCount, Map<String, Integer> byCode) {

        Count plus(boolean sent, String code) {
            Map<String, Integer> counts = new HashMap<>(byCode);
            counts.merge(code, 1, Integer::sum);
            return new Count(sentCount + (sent ? 1 : 0), keptCount + (sent ? 0 : 1), counts);
        }
    }

    /**
     * Prepares.
     *
     * @param topic whose letters, without the prefix
     * @param codes of the letters that are sent; empty: all
     * @param says hears the progress, and why a letter could not be sent
     */
    Redrive(Map<String, Object> kafka, Topics topics, String topic, Set<String> codes, Consumer<String> says) {
        this.kafka = kafka;
        this.topic = topics.prefix() + topic;
        this.letters = Topics.deadLetter(this.topic);
        this.group = topics.prefix() + GROUP;
        this.codes = Set.copyOf(codes);
        this.says = says;
    }

    /** What becomes of a letter: the record that is written for it. */
    private record Step(ProducerRecord<byte[], byte[]> record, boolean isSent, String code) {
    }

    /**
     * Counts what {@link #send()} would do, and changes nothing.
     *
     * @throws Problem MISSING when there is no such topic, BUSY when the broker falls silent
     */
    Count count() {
        Count count = new Count(0, 0, Map.of());
        try (LetterReader reader = new LetterReader(kafka, group, letters)) {
            while (!reader.isAtEnd()) {
                for (ConsumerRecord<byte[], byte[]> letter : reader.read()) {
                    try {
                        DeadLetterOrigin origin = DeadLetterOrigin.of(letter, topic);
                        count = count.plus(isWanted(origin), origin.code());
                    } catch (Problem e) {
                        count = count.plus(false, e.code());
                    }
                }
            }
        }
        return count;
    }

    /**
     * Sends the letters that are wanted and keeps the others.
     *
     * @throws org.apache.kafka.common.KafkaException as when another redrive of the topic was started
     * @throws Problem MISSING when there is no such topic, BUSY when the broker falls silent, BROKEN when a topic does not take
     *         a record; what was committed before stays so
     */
    Count send() {
        Count count = new Count(0, 0, Map.of());
        try (Transactions transactions = new Transactions(kafka, group + "-" + topic)) {
            // Before the group's offsets are read: only then do they say what has happened.
            transactions.open();
            try (LetterReader reader = new LetterReader(kafka, group, letters);
                    OriginalRecords originals = new OriginalRecords(kafka)) {
                while (!reader.isAtEnd()) {
                    List<Step> steps = reader.read().stream().map(letter -> step(letter, originals)).toList();
                    transactions.commit(steps.stream().map(Step::record).toList(), reader.progress(),
                            new ConsumerGroupMetadata(group));
                    for (Step step : steps) {
                        count = count.plus(step.isSent, step.code);
                    }
                    says.accept(count.sentCount + count.keptCount + " letters done, " + reader.remainingCount()
                            + " offsets to go");
                }
            }
        }
        return count;
    }

    private Step step(ConsumerRecord<byte[], byte[]> letter, OriginalRecords originals) {
        try {
            DeadLetterOrigin origin = DeadLetterOrigin.of(letter, topic);
            if (!isWanted(origin)) {
                return new Step(kept(letter), false, origin.code());
            }
            ConsumerRecord<byte[], byte[]> whole = origin.omitted().isEmpty() ? letter : originals.find(letter, origin);
            return new Step(DeadLetter.again(whole, origin), true, origin.code());
        } catch (Problem e) {
            says.accept("kept: " + e.sentence());
            return new Step(kept(letter), false, e.code());
        }
    }

    private boolean isWanted(DeadLetterOrigin origin) {
        return codes.isEmpty() || codes.contains(origin.code());
    }

    /** The letter again, unchanged, its age included. */
    private static ProducerRecord<byte[], byte[]> kept(ConsumerRecord<byte[], byte[]> letter) {
        return new ProducerRecord<>(letter.topic(), letter.partition(), Math.max(0, letter.timestamp()), letter.key(),
                letter.value(), letter.headers());
    }
}
