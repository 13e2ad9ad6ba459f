package io.graft.trainer.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import io.graft.id.TaskId;
import io.graft.id.TrainingRunId;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;

/**
 * The training runs of every task, the last {@value #RUN_COUNT_MAX} that have ended among them: {@code training-progress}
 * turned into memory. Written by the replay's thread, read by any.
 */
public final class RunHistory {

    private static final int RUN_COUNT_MAX = 100;

    private final Map<TaskId, LinkedHashMap<TrainingRunId, TrainingRun>> tasks = new ConcurrentHashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** Hears of every step of every run; called on the replay's thread, and must not wait. */
    @FunctionalInterface
    public interface Listener {

        void stepped(TrainingProgress progress);
    }

    /** Takes a record of the topic. @throws io.graft.problem.Problem INVALID when it is no such event */
    public void apply(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        step(TrainingProgress.parse(record.value()));
    }

    private void step(TrainingProgress progress) {
        LinkedHashMap<TrainingRunId, TrainingRun> runs = tasks.computeIfAbsent(progress.task(), task -> new LinkedHashMap<>());
        synchronized (runs) {
            TrainingRun known = runs.get(progress.trainingRunId());
            runs.put(progress.trainingRunId(), known == null ? TrainingRun.of(progress) : known.after(progress));
            forgetTheOldest(runs);
        }
        listeners.forEach(listener -> listener.stepped(progress));
    }

    /** A run that has not ended is never forgotten. */
    private static void forgetTheOldest(Map<TrainingRunId, TrainingRun> runs) {
        Iterator<TrainingRun> oldestFirst = runs.values().iterator();
        while (runs.size() > RUN_COUNT_MAX && oldestFirst.hasNext()) {
            if (oldestFirst.next().state().isFinal()) {
                oldestFirst.remove();
            }
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
        LinkedHashMap<TrainingRunId, TrainingRun> runs = tasks.get(task);
        if (runs == null) {
            return Optional.empty();
        }
        synchronized (runs) {
            return Optional.ofNullable(runs.get(run));
        }
    }

    /** Whether somebody has asked for the end of a run that goes on. */
    public boolean isCancelling(TaskId task, TrainingRunId run) {
        return find(task, run).filter(known -> known.state() == TrainingState.CANCELLING).isPresent();
    }

    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    public void removeListener(Listener listener) {
        listeners.remove(listener);
    }
}
