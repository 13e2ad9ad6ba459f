package io.graft.trainer.memory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.graft.id.TaskId;
import io.graft.trainer.history.ModelHistory;
import io.graft.trainer.history.RunHistory;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.FeatureTable;
import io.graft.trainer.table.Replacement;

/**
 * The features that a task has no use for any more: of backbones that it has left a while ago, of samples that have a feature
 * of the backbone that serves. A sample without one keeps what it has, which is all that is left of it.
 */
final class OldFeatures {

    private final FeatureTable features;
    private final ModelHistory models;
    private final RunHistory runs;
    private final Clock clock;
    private final Duration kept;

    /** @param kept how long features are kept once their backbone neither serves nor makes versions */
    OldFeatures(FeatureTable features, ModelHistory models, RunHistory runs, Clock clock, Duration kept) {
        this.features = features;
        this.models = models;
        this.runs = runs;
        this.clock = clock;
        this.kept = kept;
    }

    /** How long they are kept. */
    Duration kept() {
        return kept;
    }

    /** What is due now; nothing of a task with a run under way, which may be in need of them. */
    List<Replacement> due() {
        return features.tasks().stream().filter(task -> runs.runs(task).stream().allMatch(run -> run.state().isFinal()))
                .flatMap(this::due).toList();
    }

    private Stream<Replacement> due(TaskId task) {
        Instant now = clock.instant();
        Optional<BackboneKey> serving = models.servingBackbone(task).map(BackboneKey::of);
        return serving.stream().flatMap(by -> features.backbones(task).stream()
                .filter(old -> models.idleSince(task, old.sha256()).filter(since -> !now.isBefore(since.plus(kept)))
                        .isPresent())
                .flatMap(old -> features.replace(task, old, by).stream()));
    }
}
