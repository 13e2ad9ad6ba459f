package io.graft.inference.feedback;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.event.DeadLetter;
import io.graft.event.Envelope;
import io.graft.event.Topics;
import io.graft.event.TransactionalLoop;
import io.graft.event.Transactions;
import io.graft.inference.serving.ReplicaConfig;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;

/**
 * The arrow from {@code prediction-feedback} to {@code labelled-samples}. Every replica reads all of it, in a group of its own,
 * and acts on what belongs to its predictions: a sample, or a dead letter where it does not remember the prediction or the
 * topic does not take the content.
 */
@Singleton
final class FeedbackStream {

    /** Behind the replay of the models, which makes the topics where that is configured. */
    private static final int LAST = 5000;
    private static final String GROUP = "graft-feedback-";
    private static final int BATCH_SIZE = 64;

    private final Feedback feedback;
    private final FeedbackMetrics metrics;
    private final TransactionalLoop loop;

    FeedbackStream(Topics topics, Feedback feedback, FeedbackMetrics metrics, ReplicaConfig replica,
            @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.feedback = feedback;
        this.metrics = metrics;
        this.loop = new TransactionalLoop(kafka, topics.predictionFeedback(), topics.prefix() + GROUP + replica.name(),
                replica.name(), BATCH_SIZE, this::take);
    }

    void start(@Observes @Priority(LAST) StartupEvent event) {
        loop.start();
    }

    /**
     * Samples are written before the transaction and not in it: a sample that its topic does not take must not keep the others
     * back. One that is written twice is the same sample, since its id is made of its content, and no newer than before, since
     * its timestamp is that of the feedback.
     */
    private TransactionalLoop.Result take(List<ConsumerRecord<byte[], byte[]>> batch, Transactions transactions) {
        List<ProducerRecord<byte[], byte[]>> letters = new ArrayList<>();
        int takenCount = 0;
        for (ConsumerRecord<byte[], byte[]> record : batch) {
            try {
                takenCount += feedback.take(FeedbackEvent.parse(Envelope.open(record).body()), record.timestamp()) ? 1 : 0;
            } catch (Problem e) {
                if (e.type() != ProblemType.INVALID && e.type() != ProblemType.MISSING) {
                    throw e;
                }
                letters.add(DeadLetter.of(record, e));
            }
        }
        int committedCount = takenCount;
        return new TransactionalLoop.Result(letters, () -> metrics.handedOn(committedCount, letters.size()));
    }

    /** Why feedback of other replicas is not read any more, if that ended on its own. */
    Optional<Throwable> failure() {
        return loop.failure();
    }

    void stop(@Observes ShutdownEvent event) {
        loop.close();
    }
}
