package io.graft.trainer.history;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

/** What training policies have asked for so far: {@code training-triggers} turned into memory. */
public final class TriggerHistory {

    private static final Logger LOG = Logger.getLogger(TriggerHistory.class);

    private final Map<TaskId, TrainingTrigger> last = new ConcurrentHashMap<>();

    /** Takes a record of the topic. */
    public void apply(ConsumerRecord<byte[], byte[]> record) {
        try {
            if (record.value() == null) {
                last.remove(new TaskId(Topics.keyText(record.key())));
            } else {
                TrainingTrigger trigger = TrainingTrigger.parse(record.value());
                last.put(trigger.task(), trigger);
            }
        } catch (Problem e) {
            LOG.warnf("Event skipped code=%s reason=%s topic=%s partition=%d offset=%d", e.code(), e.sentence(), record.topic(),
                    record.partition(), record.offset());
        }
    }

    /** The last request of a task's policy. */
    public Optional<TrainingTrigger> last(TaskId task) {
        return Optional.ofNullable(last.get(task));
    }
}
