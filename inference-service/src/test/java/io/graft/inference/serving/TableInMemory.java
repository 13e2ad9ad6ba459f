package io.graft.inference.serving;

import java.time.Duration;
import java.util.Optional;

import io.graft.backbone.Backbone;
import io.graft.event.Json;
import io.graft.head.Head;
import io.graft.id.TaskId;
import io.graft.inference.ModelEvents;
import io.graft.model.ModelReady;

/** A table without topics, for the tests of what stands on it. */
public final class TableInMemory {

    private final Backbone backbone;
    private final ServingTable table;

    public TableInMemory(Backbone backbone) {
        this.backbone = backbone;
        this.table = new ServingTable(new ModelVerifier((sha256, dimension) -> Optional.of(backbone), 1 << 20),
                place -> Optional.empty(), new ServingLimits(100, 100, 100, Duration.ofSeconds(30)), new SilentListener(),
                () -> ModelEvents.REQUESTED_AT);
        table.settle();
    }

    public ServingTable table() {
        return table;
    }

    /** Publishes and promotes a version. */
    public void serve(String task, int version, Head head) {
        ModelReady ready = ModelEvents.ready(task, version, backbone.descriptor(), head);
        table.add(ready.key(), Json.write(ready), new RecordPlace("model-ready", 0, version));
        table.promote(ModelEvents.promotion(task, version));
    }

    /** Hears nothing. */
    static final class SilentListener implements ServingListener {

        @Override
        public void swapped(Swap swap) {
        }

        @Override
        public void refused(TaskId task) {
        }

        @Override
        public void emptied(TaskId task) {
        }
    }
}
