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
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;

/**
 * The arrow from {@code prediction-feedback} to {@code labelled-samples}. Every replica reads all of it, in a group of its own,
 * and acts on what belongs to its predictions: a sample, or a dead letter where it does not remember the prediction.
 */
@Singleton
final class FeedbackStream {

    /** Behind the replay of the models, which makes the topics where that is configured. */
    private static final int LAST = 5000;
    private static final String GROUP = "graft-feedback-";
    private static final int BATCH_SIZE = 64;

    private final Feedback feedback;
    private final TransactionalLoop loop;

    FeedbackStream(Topics topics, Feedback feedback, ReplicaConfig replica,
            @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.feedback = feedback;
        this.loop = new TransactionalLoop(kafka, topics.predictionFeedback(), topics.prefix() + GROUP + replica.name(),
                replica.name(), BATCH_SIZE, this::take);
    }

    void start(@Observes @Priority(LAST) StartupEvent event) {
        loop.start();
    }

    private TransactionalLoop.Result take(List<ConsumerRecord<byte[], byte[]>> batch, Transactions transactions) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        List<LabelledPrediction> taken = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : batch) {
            try {
                feedback.find(FeedbackEvent.parse(Envelope.open(record).body())).ifPresent(found -> {
                    records.add(feedback.sample(found.prediction(), found.label()));
                    taken.add(found);
                });
            } catch (Problem e) {
                records.add(DeadLetter.of(record, e));
            }
        }
        return new TransactionalLoop.Result(records, () -> taken.forEach(one -> feedback.judge(one.prediction(), one.label())));
    }

    /** Why feedback of other replicas is not read any more, if that ended on its own. */
    Optional<Throwable> failure() {
        return loop.failure();
    }

    void stop(@Observes ShutdownEvent event) {
        loop.close();
    }
}
