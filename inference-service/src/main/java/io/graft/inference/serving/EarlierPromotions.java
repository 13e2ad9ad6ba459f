package io.graft.inference.serving;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.model.Promotion;

/**
 * What the history says beside the last promotion of each task, for those whose last one cannot be followed: a replica that
 * starts then serves what those serve that were there before. Not thread-safe.
 */
final class EarlierPromotions {

    private static final int COUNT_MAX = 10;

    private final Map<TaskId, Deque<Promotion>> byTask = new HashMap<>();
    private final Set<ModelKey> deleted = new HashSet<>();

    /** Another one came behind it. */
    void add(Promotion promotion) {
        Deque<Promotion> known = byTask.computeIfAbsent(promotion.task(), task -> new ArrayDeque<>());
        known.removeIf(earlier -> earlier.version().equals(promotion.version()));
        known.addFirst(promotion);
        if (known.size() > COUNT_MAX) {
            known.removeLast();
        }
    }

    void addDeleted(ModelKey version) {
        deleted.add(version);
    }

    /**
     * Takes the newest one of another version than the last one's, if there is one; none for a task that serves nothing since
     * that version was deleted.
     */
    Optional<Promotion> takeBefore(Promotion last) {
        Deque<Promotion> known = byTask.getOrDefault(last.task(), new ArrayDeque<>());
        Promotion newest = known.poll();
        if (newest == null || deleted.contains(new ModelKey(last.task(), last.version()))) {
            return Optional.empty();
        }
        return newest.version().equals(last.version()) ? Optional.ofNullable(known.poll()) : Optional.of(newest);
    }

    void clear() {
        byTask.clear();
        deleted.clear();
    }
}
