package io.graft.inference.serving;

import java.time.Duration;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.backbone.Backbone;
import io.graft.event.Json;
import io.graft.event.RecordPlace;
import io.graft.head.Head;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.ModelEvents;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.model.Promotion;
import io.graft.model.UnknownThreshold;
import io.graft.signature.ModelSignatures;
import io.graft.tail.Tail;

/** A table without topics, for the tests of what stands on it. */
public final class TableInMemory {

    /** Blocks never come. */
    static final TailLookup NO_TAILS = new TailLookup() {

        @Override
        public Optional<Tail> take(ModelKey key, TailArtifact artifact, Backbone backbone) {
            return Optional.empty();
        }

        @Override
        public void forget(ModelKey key) {
            // It has none.
        }
    };

    private final Backbone backbone;
    private final ServingTable table;

    public TableInMemory(Backbone backbone) {
        this.backbone = backbone;
        this.table = new ServingTable(
                new ModelVerifier((sha256, dimension) -> Optional.of(backbone), NO_TAILS, ModelSignatures.NOT_ASKED_FOR,
                        1 << 20),
                place -> Optional.empty(),
                new ServingLimits(100, 100, 100, 100, 100, Duration.ofSeconds(30), Duration.ofMinutes(10)),
                new SilentListener(),
                () -> ModelEvents.REQUESTED_AT);
        table.settle();
    }

    public ServingTable table() {
        return table;
    }

    /** Publishes and promotes a version. */
    public void serve(String task, int version, Head head) {
        ModelReady ready = ModelEvents.ready(task, version, backbone.descriptor(), head);
        table.add(ready.key(), new ModelRecord(Json.write(ready), Optional.empty()),
                new RecordPlace("model-ready", 0, version));
        table.promote(ModelEvents.promotion(task, version));
    }

    /** Publishes and promotes a version that is being loaded for ever. */
    public void serveNever(String task) {
        ModelReady ready = ModelEvents.withTail(
                ModelEvents.ready(task, 1, backbone.descriptor(), ModelEvents.largest("owl", "tit", "jay")));
        table.add(ready.key(), new ModelRecord(Json.write(ready), Optional.empty()), new RecordPlace("model-ready", 0, 1));
        table.promote(ModelEvents.promotion(task, 1));
    }

    /** Publishes a version that knows when it does not know. */
    public void add(ModelReady ready, UnknownThreshold unknown) {
        ObjectNode event = Json.LENIENT.valueToTree(ready);
        event.set("unknown", Json.LENIENT.valueToTree(unknown));
        table.add(ready.key(), new ModelRecord(Json.write(event), Optional.empty()),
                new RecordPlace("model-ready", 0, ready.version().number()));
    }

    /** Publishes versions of a task and a promotion that names them. */
    public void follow(Promotion promotion, Head head) {
        for (ModelVersion version : promotion.versions()) {
            ModelReady ready = ModelEvents.ready(promotion.task().value(), version.number(), backbone.descriptor(), head);
            table.add(ready.key(), new ModelRecord(Json.write(ready), Optional.empty()),
                    new RecordPlace("model-ready", 0, version.number()));
        }
        table.promote(promotion);
    }

    /** Hears nothing. */
    static class SilentListener implements ServingListener {

        @Override
        public void swapped(Swap swap) {
        }

        @Override
        public void refused(TaskId task) {
        }

        @Override
        public void cast(TaskId task, Roles roles) {
        }
    }
}
