package io.graft.inference.serving;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.id.TaskId;

/**
 * Promotions that wait, for a version to come, to be read again or for its backbone to be loaded; each only for so long. Not
 * thread-safe.
 */
final class PromotionWaits {

    private static final Logger LOG = LoggerFactory.getLogger(PromotionWaits.class);

    private final ServingLimits limits;
    private final InstantSource clock;
    private final Map<TaskId, Overdue> byTask = new HashMap<>();
    /** Tasks whose promotion counts as refused and is followed all the same if it can be. */
    private final Set<TaskId> counted = new HashSet<>();

    PromotionWaits(ServingLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /** A promotion that waits in vain from {@code at} on, and the sentence for that. */
    record Overdue(TaskId task, Instant at, String sentence) {
    }

    /** Takes note of what a promotion waits for now, if for anything. */
    void note(Cast cast) {
        TaskId task = cast.task().task();
        if (!cast.unread().isEmpty()) {
            noteUnread(cast);
            return;
        }
        counted.remove(task);
        if (!cast.missing().isEmpty()) {
            LOG.info("Promotion waits for its version task={} versions={}", task, cast.missing());
            byTask.put(task, new Overdue(task, clock.instant().plus(limits.promotionWaitMax()),
                    "its version has not come within " + limits.promotionWaitMax().toSeconds() + " s"));
        } else if (!cast.loading().isEmpty()) {
            LOG.info("Promotion waits for a backbone task={} versions={}", task, cast.loading());
            byTask.put(task, new Overdue(task, clock.instant().plus(limits.backboneWaitMax()),
                    "the backbone of its version has not been loaded within " + limits.backboneWaitMax().toSeconds() + " s"));
        } else {
            byTask.remove(task);
        }
    }

    /** Is noted at every try, and waits from the first one on. */
    private void noteUnread(Cast cast) {
        TaskId task = cast.task().task();
        if (!byTask.containsKey(task) && !counted.contains(task)) {
            LOG.info("Promotion waits for the archive task={} versions={}", task, cast.unread());
            byTask.put(task, new Overdue(task, clock.instant().plus(limits.backboneWaitMax()),
                    "its version has not been read again within " + limits.backboneWaitMax().toSeconds() + " s"));
        }
    }

    /** Forgets what a promotion waits for; returns whether it waited. */
    boolean end(TaskId task) {
        counted.remove(task);
        return byTask.remove(task) != null;
    }

    /** Takes out those that have waited too long. */
    List<Overdue> takeOverdue() {
        Instant now = clock.instant();
        List<Overdue> overdue = byTask.values().stream().filter(wait -> !now.isBefore(wait.at)).toList();
        overdue.forEach(wait -> {
            byTask.remove(wait.task);
            counted.add(wait.task);
        });
        return overdue;
    }
}
