package io.graft.trainer.history;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import io.graft.event.Topics;
import io.graft.id.TaskId;

/** What training policies have asked for so far: {@code training-triggers} turned into memory. */
public final class TriggerHistory {

    private final Map<TaskId, TrainingTrigger> last = new ConcurrentHashMap<>();

    /** Takes a record of the topic. @throws io.graft.problem.Problem INVALID when it is no such event */
    public void apply(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            last.remove(new TaskId(Topics.keyText(record.key())));
        } else {
            TrainingTrigger trigger = TrainingTrigger.parse(record.value());
            last.put(trigger.task(), trigger);
        }
    }

    /** The last request of a task's policy. */
    public Optional<TrainingTrigger> last(TaskId task) {
        return Optional.ofNullable(last.get(task));
    }
}
