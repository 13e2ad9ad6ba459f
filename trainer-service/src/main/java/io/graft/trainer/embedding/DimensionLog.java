package io.graft.trainer.embedding;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

import io.graft.event.Json;
import io.graft.event.TopicReplay;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

/**
 * {@code task-dimensions} turned into memory. Of a task's records the first counts, until an empty one ends it: replicas that
 * write at once all read the same first one. Thread-safe.
 */
final class DimensionLog implements Dimensions, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(DimensionLog.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN_MS = 20;

    private final String topic;
    private final Consumer<ProducerRecord<byte[], byte[]>> events;
    private final TopicReplay replay;
    private final Map<TaskId, Integer> known = new HashMap<>();

    /**
     * Prepares it; {@link #start()} begins to read.
     *
     * @param name of the thread and the Kafka client
     * @param events writes a record, in its own time
     */
    DimensionLog(String name, Map<String, Object> kafka, String topic, Consumer<ProducerRecord<byte[], byte[]>> events) {
        this.topic = topic;
        this.events = events;
        this.replay = new TopicReplay(name, kafka, Set.of(topic), this::apply);
    }

    void start() {
        replay.start();
    }

    private void apply(ConsumerRecord<byte[], byte[]> record) {
        try {
            TaskId task = new TaskId(record.key() == null ? "" : Topics.keyText(record.key()));
            Optional<TaskDimension> first = Optional.ofNullable(record.value()).filter(value -> value.length > 0)
                    .map(TaskDimension::parse);
            synchronized (known) {
                first.ifPresentOrElse(read -> known.putIfAbsent(task, read.dimension()), () -> known.remove(task));
                known.notifyAll();
            }
        } catch (Problem e) {
            LOG.warnf("Event skipped code=%s reason=%s topic=%s partition=%d offset=%d", e.code(), e.sentence(), record.topic(),
                    record.partition(), record.offset());
        }
    }

    @Override
    public Map<TaskId, Integer> settle(Map<TaskId, Integer> first) {
        await("to its end", replay::hasCaughtUp);
        if (!knows(first.keySet())) {
            propose(first);
            await("up to what was just written", () -> knows(first.keySet()));
        }
        synchronized (known) {
            Map<TaskId, Integer> settled = new HashMap<>(first);
            settled.replaceAll((task, proposed) -> known.getOrDefault(task, proposed));
            return settled;
        }
    }

    private boolean knows(Set<TaskId> tasks) {
        synchronized (known) {
            return known.keySet().containsAll(tasks);
        }
    }

    private void propose(Map<TaskId, Integer> first) {
        first.forEach((task, dimension) -> {
            if (!knows(Set.of(task))) {
                events.accept(new ProducerRecord<>(topic, Topics.keyBytes(task.value()),
                        Json.write(new TaskDimension(task, dimension))));
            }
        });
    }

    private void await(String what, BooleanSupplier condition) {
        long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
        try {
            synchronized (known) {
                while (!condition.getAsBoolean()) {
                    if (System.nanoTime() > deadlineNanos) {
                        throw Problem.busy("BROKER_BUSY", "topic '" + topic + "' was not read " + what + " within "
                                + LIMIT.toSeconds() + " s");
                    }
                    known.wait(LOOK_AGAIN_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy("BROKER_BUSY", "reading topic '" + topic + "' was interrupted");
        }
    }

    /** Why reading has ended, if it has ended on its own. */
    Optional<Throwable> failure() {
        return replay.failure();
    }

    @Override
    public void close() {
        replay.close();
    }
}
