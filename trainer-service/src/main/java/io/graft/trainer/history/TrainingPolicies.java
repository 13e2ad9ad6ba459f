package io.graft.trainer.history;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

import io.graft.event.Envelope;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.model.TrainingPolicy;
import io.graft.problem.Problem;

/**
 * The training policy of every task: {@code training-policies} turned into memory, on top of those that are configured.
 * <p>
 * The last record of a task counts, also when it is not valid: the one before it may be compacted away, so it must not be
 * followed today and forgotten tomorrow. A task whose last record is not valid or a deletion has the configured policy, if any.
 */
public final class TrainingPolicies {

    private static final Logger LOG = Logger.getLogger(TrainingPolicies.class);

    private final Map<TaskId, TrainingPolicy> configured;
    private final Map<TaskId, TrainingPolicy> sent = new ConcurrentHashMap<>();
    private final Consumer<String> rejected;

    /**
     * Begins with the configured policies.
     *
     * @param rejected hears the code of every record that is not valid
     */
    public TrainingPolicies(Map<TaskId, TrainingPolicy> configured, Consumer<String> rejected) {
        this.configured = Map.copyOf(configured);
        this.rejected = rejected;
    }

    /** Takes a record of the topic. */
    public void apply(ConsumerRecord<byte[], byte[]> record) {
        try {
            TaskId task = task(record);
            sent.remove(task);
            Envelope envelope = Envelope.open(record);
            if (!envelope.isTombstone()) {
                sent.put(task, TrainingPolicy.parse(envelope.body()));
            }
        } catch (Problem e) {
            rejected.accept(e.code());
            LOG.warnf("Training policy rejected code=%s reason=%s topic=%s partition=%d offset=%d", e.code(), e.sentence(),
                    record.topic(), record.partition(), record.offset());
        }
    }

    private static TaskId task(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            throw Problem.invalid("TRAINING_POLICY_INVALID", "training policy has no key (expected: the task)");
        }
        return new TaskId(Topics.keyText(record.key()));
    }

    /** The policy that a task is trained by. */
    public Optional<TrainingPolicy> find(TaskId task) {
        return Optional.ofNullable(sent.getOrDefault(task, configured.get(task)));
    }
}
