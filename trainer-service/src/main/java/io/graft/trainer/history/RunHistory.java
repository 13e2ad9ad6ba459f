package io.graft.trainer.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.id.TrainingRunId;
import io.graft.model.TrainingProgress;
import io.graft.problem.Problem;

/** The last {@value #RUN_COUNT_MAX} training runs of every task: {@code training-progress} turned into memory. */
public final class RunHistory {

    private static final Logger LOG = Logger.getLogger(RunHistory.class);
    private static final int RUN_COUNT_MAX = 100;

    private final Map<TaskId, LinkedHashMap<TrainingRunId, TrainingRun>> tasks = new ConcurrentHashMap<>();

    /** Takes a record of the topic. */
    public void apply(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        try {
            TrainingProgress progress = Json.readLenient(record.value(), TrainingProgress.class, "TRAINING_PROGRESS_INVALID",
                    "training progress");
            LinkedHashMap<TrainingRunId, TrainingRun> runs = tasks.computeIfAbsent(progress.task(),
                    task -> new LinkedHashMap<>());
            synchronized (runs) {
                TrainingRun known = runs.get(progress.trainingRunId());
                runs.put(progress.trainingRunId(), known == null ? TrainingRun.of(progress) : known.after(progress));
                if (runs.size() > RUN_COUNT_MAX) {
                    runs.remove(runs.keySet().iterator().next());
                }
            }
        } catch (Problem e) {
            LOG.warnf("Event skipped code=%s reason=%s topic=%s partition=%d offset=%d", e.code(), e.sentence(), record.topic(),
                    record.partition(), record.offset());
        }
    }

    /** The runs of a task, the newest first. */
    public List<TrainingRun> runs(TaskId task) {
        LinkedHashMap<TrainingRunId, TrainingRun> runs = tasks.get(task);
        if (runs == null) {
            return List.of();
        }
        synchronized (runs) {
            List<TrainingRun> newestFirst = new ArrayList<>(runs.values());
            Collections.reverse(newestFirst);
            return newestFirst;
        }
    }

    public Optional<TrainingRun> find(TaskId task, TrainingRunId run) {
        return runs(task).stream().filter(known -> known.trainingRunId().equals(run)).findFirst();
    }
}
