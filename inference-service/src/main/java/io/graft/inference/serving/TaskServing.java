package io.graft.inference.serving;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.Promotion;

/**
 * A task at one moment. Immutable: a request that took one finishes on it, whatever is swapped in meanwhile.
 *
 * @param serving the version that answers; absent until a promotion could be followed
 * @param promotion the last one read, followed or not
 * @param versions every known version, the oldest first
 */
public record TaskServing(TaskId task, Optional<Model> serving, Optional<Promotion> promotion,
        SortedMap<ModelVersion, VersionState> versions) {

    public TaskServing {
        versions = Collections.unmodifiableSortedMap(versions);
    }

    static TaskServing empty(TaskId task) {
        return new TaskServing(task, Optional.empty(), Optional.empty(), new TreeMap<>());
    }

    public Optional<ModelVersion> servingVersion() {
        return serving.map(model -> model.card().version());
    }

    /** The version that the last promotion names while another one, or none, serves. */
    public Optional<ModelVersion> promotedVersion() {
        return promotion.map(Promotion::version).filter(version -> !servingVersion().equals(Optional.of(version)));
    }

    TaskServing withServing(Optional<Model> model) {
        return new TaskServing(task, model, promotion, versions);
    }

    TaskServing withPromotion(Promotion last) {
        return new TaskServing(task, serving, Optional.of(last), versions);
    }

    TaskServing withVersion(VersionState state) {
        SortedMap<ModelVersion, VersionState> more = new TreeMap<>(versions);
        more.put(state.version(), state);
        return new TaskServing(task, serving, promotion, more);
    }

    TaskServing withoutVersion(ModelVersion version) {
        SortedMap<ModelVersion, VersionState> fewer = new TreeMap<>(versions);
        fewer.remove(version);
        return new TaskServing(task, serving, promotion, fewer);
    }

    /** Archives all but the newest loaded versions, and forgets the oldest; what serves or was promoted stays. */
    TaskServing within(ServingLimits limits) {
        TreeMap<ModelVersion, VersionState> kept = new TreeMap<>(versions);
        long loadedCount = versions.values().stream().filter(VersionState.Loaded.class::isInstance).count();
        for (VersionState state : versions.values()) {
            boolean needed = isNeeded(state.version());
            if (!needed && kept.size() > limits.versionCountMax()) {
                kept.remove(state.version());
            } else if (!needed && loadedCount > limits.loadedCountMax() && state instanceof VersionState.Loaded loaded) {
                kept.put(state.version(), loaded.toArchived());
                loadedCount--;
            }
        }
        return new TaskServing(task, serving, promotion, kept);
    }

    private boolean isNeeded(ModelVersion version) {
        return servingVersion().equals(Optional.of(version))
                || promotion.map(Promotion::version).equals(Optional.of(version));
    }
}
