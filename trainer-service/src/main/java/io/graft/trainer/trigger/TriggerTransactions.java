package io.graft.trainer.trigger;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

import io.graft.event.TopicReplay;
import io.graft.event.Topics;
import io.graft.event.Transactions;
import io.graft.problem.Problem;

/**
 * Writes what is due: the requests of a partition's tasks and what is remembered of them, in one transaction.
 * <p>
 * Two replicas may both believe that they own a partition. Its transactional id is one for all replicas: whoever opens it
 * fences whoever had it, then reads what that one may have written, and only then decides. So a request is written once.
 */
final class TriggerTransactions {

    private static final String TRANSACTIONAL_ID = "graft-training-triggers-";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Map<String, Object> kafka;
    private final Topics topics;
    private final Admin admin;
    private final TopicReplay replay;

    /**
     * Prepares.
     *
     * @param replay that reads {@code training-triggers} into the memory that decides
     */
    TriggerTransactions(Map<String, Object> kafka, Topics topics, Admin admin, TopicReplay replay) {
        this.kafka = kafka;
        this.topics = topics;
        this.admin = admin;
        this.replay = replay;
    }

    /**
     * Writes what is due once everything that was written before is known.
     *
     * @param partition of {@code sample-features} whose tasks they are
     * @param due asked when it is certain that nobody else writes
     * @return what was written
     * @throws org.apache.kafka.common.KafkaException when nothing was written, as when another replica has taken the partition
     * @throws Problem BUSY when the broker is slow
     */
    List<DueRequest> write(int partition, Supplier<List<DueRequest>> due) throws InterruptedException {
        try (Transactions transactions = new Transactions(kafka, topics.prefix() + TRANSACTIONAL_ID + partition)) {
            transactions.open();
            if (!replay.awaitApplied(end(), LIMIT)) {
                throw Problem.busy("BROKER_BUSY", "topic '" + topics.trainingTriggers() + "' was not read to its end within "
                        + LIMIT.toSeconds() + " s");
            }
            List<DueRequest> requests = due.get();
            List<ProducerRecord<byte[], byte[]>> records = requests.stream()
                    .flatMap(request -> request.records(topics).stream()).toList();
            if (!records.isEmpty()) {
                transactions.commit(records);
            }
            return requests;
        }
    }

    /** Of uncommitted readers: the marker of the transaction before this one may still be on its way. */
    private Map<TopicPartition, Long> end() throws InterruptedException {
        TopicPartition log = new TopicPartition(topics.trainingTriggers(), 0);
        try {
            return Map.of(log, admin.listOffsets(Map.of(log, OffsetSpec.latest()),
                    new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED)).partitionResult(log)
                    .get(LIMIT.toSeconds(), TimeUnit.SECONDS).offset());
        } catch (ExecutionException | TimeoutException e) {
            throw Problem.busy("BROKER_BUSY", "the end of topic '" + log.topic() + "' is not known: " + e);
        }
    }
}
