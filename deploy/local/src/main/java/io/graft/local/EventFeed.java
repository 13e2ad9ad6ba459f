package io.graft.local;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

import io.graft.event.Json;
import io.graft.event.TopicReplay;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.problem.Problem;

/** What the pipeline reports on its topics: how training runs go on, and what was refused. Thread-safe. */
final class EventFeed implements AutoCloseable {

    /**
     * A training run as far as it has been reported.
     *
     * @param latest the last thing reported
     * @param runningSince when it was first reported as running; absent before that
     */
    record Run(TrainingProgress latest, Optional<Instant> runningSince) {

        private static Run after(Optional<Run> before, TrainingProgress progress) {
            Optional<Instant> since = before.flatMap(Run::runningSince);
            return new Run(progress, since.isPresent() || progress.state() != TrainingState.RUNNING
                    ? since
                    : Optional.of(progress.at()));
        }
    }

    /**
     * A record that was refused.
     *
     * @param key the record's, {@code task} or {@code task/sampleId}
     * @param reason a sentence
     */
    record Refusal(String topic, String key, String reason) {
    }

    private final Topics topics = new Topics("");
    private final Map<TrainRequestId, Run> runs = new ConcurrentHashMap<>();
    private final List<Refusal> refusals = new ArrayList<>();
    private final TopicReplay replay;

    EventFeed(String bootstrapServers) {
        this.replay = new TopicReplay("demo-feed", Map.of("bootstrap.servers", bootstrapServers),
                Set.of(topics.trainingProgress(), Topics.deadLetter(topics.labelledSamples()),
                        Topics.deadLetter(topics.trainRequests())),
                this::apply);
        replay.start();
    }

    /** @throws Problem BROKEN when the feed has ended, so that nobody waits for it in vain */
    Optional<Run> run(TrainRequestId request) {
        replay.failure().ifPresent(failure -> {
            throw Problem.broken("FEED_ENDED", "the topic training-progress can be read no more: " + failure, failure);
        });
        return Optional.ofNullable(runs.get(request));
    }

    /** Samples of a task that were refused, in the order of their refusal. */
    List<Refusal> refusedSamples(TaskId task) {
        synchronized (refusals) {
            return refusals.stream().filter(refusal -> refusal.topic().equals(topics.labelledSamples()))
                    .filter(refusal -> refusal.key().startsWith(task + "/")).toList();
        }
    }

    /** Why the last refused train request of a task was refused. */
    Optional<String> refusedTrainRequest(TaskId task) {
        synchronized (refusals) {
            return refusals.stream().filter(refusal -> refusal.topic().equals(topics.trainRequests()))
                    .filter(refusal -> refusal.key().equals(task.value())).map(Refusal::reason)
                    .reduce((earlier, later) -> later);
        }
    }

    private void apply(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(topics.trainingProgress())) {
            TrainingProgress progress = Json.readLenient(record.value(), TrainingProgress.class, "PROGRESS_INVALID",
                    "training progress");
            runs.compute(progress.trainRequestId(), (id, before) -> Run.after(Optional.ofNullable(before), progress));
        } else {
            Refusal refusal = new Refusal(header(record, "dead-letter-topic"),
                    new String(record.key() == null ? new byte[0] : record.key(), StandardCharsets.UTF_8),
                    header(record, "dead-letter-reason"));
            synchronized (refusals) {
                refusals.add(refusal);
            }
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        replay.close();
    }
}
