package io.graft.inference.serving;

import java.util.Iterator;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.pcollections.TreePMap;

import io.graft.id.ModelVersion;
import io.graft.inference.serving.VersionState.InMemory;
import io.graft.inference.serving.VersionState.Loaded;
import io.graft.inference.serving.VersionState.Loading;

/**
 * The versions of a task at one moment. Immutable; the next moment's share with it what has not changed. A few of up to
 * thousands are in memory, and found without a look at the others: a swap costs the same on a task's first day and after a
 * year.
 *
 * @param all every known version, the oldest first
 * @param inMemory those of them whose head is in memory, the oldest first
 */
public record TaskVersions(TreePMap<ModelVersion, VersionState> all, TreePMap<ModelVersion, InMemory> inMemory) {

    static final TaskVersions NONE = new TaskVersions(TreePMap.empty(), TreePMap.empty());

    /** Those that can serve at once. */
    public Stream<Loaded> loaded() {
        return inMemory.values().stream().filter(Loaded.class::isInstance).map(Loaded.class::cast);
    }

    TaskVersions with(VersionState state) {
        return new TaskVersions(all.plus(state.version(), state), state instanceof InMemory held
                ? inMemory.plus(state.version(), held)
                : inMemory.minus(state.version()));
    }

    TaskVersions without(ModelVersion version) {
        return new TaskVersions(all.minus(version), inMemory.minus(version));
    }

    /** Forgets the oldest, and archives all but the newest in memory; what is needed stays. */
    TaskVersions within(ServingLimits limits, Predicate<ModelVersion> needed) {
        return withinCount(limits.versionCountMax(), needed).withinMemory(limits, needed);
    }

    private TaskVersions withinCount(int countMax, Predicate<ModelVersion> needed) {
        TaskVersions kept = this;
        Iterator<ModelVersion> oldest = all.keySet().iterator();
        while (kept.all.size() > countMax && oldest.hasNext()) {
            ModelVersion version = oldest.next();
            if (!needed.test(version)) {
                kept = kept.without(version);
            }
        }
        return kept;
    }

    private TaskVersions withinMemory(ServingLimits limits, Predicate<ModelVersion> needed) {
        TaskVersions kept = this;
        long tailCount = inMemory.values().stream().filter(TaskVersions::hasTail).count();
        for (InMemory state : inMemory.values()) {
            boolean surplus = kept.inMemory.size() > limits.loadedCountMax()
                    || (hasTail(state) && tailCount > limits.loadedTailCountMax());
            if (surplus && !needed.test(state.version())) {
                kept = kept.with(state.toArchived());
                tailCount -= hasTail(state) ? 1 : 0;
            }
        }
        return kept;
    }

    private static boolean hasTail(InMemory state) {
        return state.card().tail().isPresent();
    }

    /** Archives what waits for a backbone that nothing else needs. */
    TaskVersions withoutIdle(Predicate<ModelVersion> needed) {
        TaskVersions kept = this;
        for (InMemory state : inMemory.values()) {
            if (state instanceof Loading && !needed.test(state.version())) {
                kept = kept.with(state.toArchived());
            }
        }
        return kept;
    }
}
