package io.graft.inference.serving;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.Promotion;

/**
 * A task at one moment. Immutable: a request that took one finishes on it, whatever is swapped in meanwhile.
 *
 * @param roles who answers
 * @param promotion the last one read, followed or not
 * @param versions every known version, the oldest first
 */
public record TaskServing(TaskId task, Roles roles, Optional<Promotion> promotion,
        SortedMap<ModelVersion, VersionState> versions) {

    public TaskServing {
        versions = Collections.unmodifiableSortedMap(versions);
    }

    static TaskServing empty(TaskId task) {
        return new TaskServing(task, Roles.NONE, Optional.empty(), new TreeMap<>());
    }

    /** The version that answers; absent until a promotion could be followed. */
    public Optional<Model> serving() {
        return roles.serving();
    }

    public Optional<ModelVersion> servingVersion() {
        return serving().map(model -> model.card().version());
    }

    /** The version that the last promotion names while another one, or none, serves. */
    public Optional<ModelVersion> promotedVersion() {
        return promotion.map(Promotion::version).filter(version -> !servingVersion().equals(Optional.of(version)));
    }

    /**
     * Where a request goes that names no version.
     *
     * @param routingKey decides between what serves and its canary; absent: chance does
     */
    Optional<Route> route(Optional<String> routingKey) {
        return serving().map(model -> roles.canary()
                .filter(canary -> canary.takes(routingKey.orElseGet(() -> UUID.randomUUID().toString())))
                .map(canary -> new Route(canary.model(), Optional.empty()))
                .orElseGet(() -> new Route(model, roles.shadow())));
    }

    TaskServing withRoles(Roles next) {
        return new TaskServing(task, next, promotion, versions);
    }

    TaskServing withPromotion(Promotion last) {
        return new TaskServing(task, roles, Optional.of(last), versions);
    }

    TaskServing withVersion(VersionState state) {
        SortedMap<ModelVersion, VersionState> more = new TreeMap<>(versions);
        more.put(state.version(), state);
        return new TaskServing(task, roles, promotion, more);
    }

    TaskServing withoutVersion(ModelVersion version) {
        SortedMap<ModelVersion, VersionState> fewer = new TreeMap<>(versions);
        fewer.remove(version);
        return new TaskServing(task, roles.without(version), promotion, fewer);
    }

    /** Whether the last promotion names a version, in whatever role. */
    boolean isNamed(ModelVersion version) {
        return promotion.isPresent() && promotion.get().names(version);
    }

    /** Archives all but the newest loaded versions, and forgets the oldest; what has a role or was promoted stays. */
    TaskServing within(ServingLimits limits) {
        TreeMap<ModelVersion, VersionState> kept = new TreeMap<>(versions);
        long loadedCount = versions.values().stream().filter(VersionState.InMemory.class::isInstance).count();
        long tailCount = versions.values().stream().filter(TaskServing::hasTail).count();
        for (VersionState state : versions.values()) {
            boolean forgotten = kept.size() > limits.versionCountMax();
            if (forgotten && !isNeeded(state.version())) {
                kept.remove(state.version());
            } else if (!forgotten && state instanceof VersionState.InMemory loaded && !isNeeded(state.version())
                    && (loadedCount > limits.loadedCountMax()
                            || (hasTail(state) && tailCount > limits.loadedTailCountMax()))) {
                kept.put(state.version(), loaded.toArchived());
                loadedCount--;
                tailCount -= hasTail(state) ? 1 : 0;
            }
        }
        return new TaskServing(task, roles, promotion, kept);
    }

    private static boolean hasTail(VersionState state) {
        return state instanceof VersionState.InMemory loaded && loaded.card().tail().isPresent();
    }

    /** Archives what waits for a backbone that nothing else needs. */
    TaskServing withoutIdle() {
        TreeMap<ModelVersion, VersionState> kept = new TreeMap<>(versions);
        for (VersionState state : versions.values()) {
            if (state instanceof VersionState.Loading loading && !isNeeded(state.version())) {
                kept.put(state.version(), loading.toArchived());
            }
        }
        return new TaskServing(task, roles, promotion, kept);
    }

    private boolean isNeeded(ModelVersion version) {
        return roles.holds(version) || isNamed(version);
    }
}
