package io.graft.inference.serving;

import java.util.Collections;
import java.util.Iterator;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.graft.id.ModelVersion;
import io.graft.inference.serving.VersionState.InMemory;
import io.graft.inference.serving.VersionState.Loaded;
import io.graft.inference.serving.VersionState.Loading;

/**
 * The versions of a task at one moment. Immutable. A few of up to thousands are in memory, and found without a look at the
 * others: a swap costs the same on a task's first day and after a year.
 *
 * @param all every known version, the oldest first
 * @param inMemory those of them whose head is in memory, the oldest first
 */
public record TaskVersions(SortedMap<ModelVersion, VersionState> all, SortedMap<ModelVersion, InMemory> inMemory) {

    static final TaskVersions NONE = new TaskVersions(new TreeMap<>(), new TreeMap<>());

    public TaskVersions {
        all = Collections.unmodifiableSortedMap(all);
        inMemory = Collections.unmodifiableSortedMap(inMemory);
    }

    /** Those that can serve at once. */
    public Stream<Loaded> loaded() {
        return inMemory.values().stream().filter(Loaded.class::isInstance).map(Loaded.class::cast);
    }

    TaskVersions with(VersionState state) {
        TreeMap<ModelVersion, VersionState> more = new TreeMap<>(all);
        TreeMap<ModelVersion, InMemory> moreInMemory = new TreeMap<>(inMemory);
        more.put(state.version(), state);
        if (state instanceof InMemory held) {
            moreInMemory.put(state.version(), held);
        } else {
            moreInMemory.remove(state.version());
        }
        return new TaskVersions(more, moreInMemory);
    }

    TaskVersions without(ModelVersion version) {
        TreeMap<ModelVersion, VersionState> fewer = new TreeMap<>(all);
        TreeMap<ModelVersion, InMemory> fewerInMemory = new TreeMap<>(inMemory);
        fewer.remove(version);
        fewerInMemory.remove(version);
        return new TaskVersions(fewer, fewerInMemory);
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
