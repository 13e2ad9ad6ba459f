package io.graft.local;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.IntFunction;

import io.graft.event.Json;
import io.graft.head.Head;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady.BackboneReference;

/**
 * The events of a task's versions, one after the other from version 1. They may be made ahead: a measurement that makes them
 * meanwhile measures that too.
 */
public final class VersionSeries {

    private final TaskId task;
    private final BackboneReference backbone;
    private final IntFunction<Head> heads;
    private final Queue<byte[]> ahead = new ArrayDeque<>();
    private int madeCount;
    private int sentCount;

    /** @param heads by version */
    public VersionSeries(TaskId task, BackboneReference backbone, IntFunction<Head> heads) {
        this.task = task;
        this.backbone = backbone;
        this.heads = heads;
    }

    public TaskId task() {
        return task;
    }

    /** Versions that were sent. */
    public int sentCount() {
        return sentCount;
    }

    /** Makes so many. */
    public void prepare(int count) {
        for (int i = 0; i < count; i++) {
            madeCount++;
            ahead.add(Json.write(UntrainedModel.of(task, new ModelVersion(madeCount), backbone, heads.apply(madeCount))));
        }
    }

    /** Sends the next ones, and makes those that were not made ahead. */
    public void send(ModelSender sender, int count) {
        prepare(Math.max(0, count - ahead.size()));
        for (int i = 0; i < count; i++) {
            sentCount++;
            sender.send(new ModelKey(task, new ModelVersion(sentCount)), ahead.remove());
        }
    }
}
