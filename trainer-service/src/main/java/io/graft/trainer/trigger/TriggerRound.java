package io.graft.trainer.trigger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.graft.id.TaskId;
import io.graft.model.ModelReady;
import io.graft.model.TrainingCause;
import io.graft.model.TrainingPolicy;
import io.graft.trainer.history.ModelHistory;
import io.graft.trainer.history.TrainingPolicies;
import io.graft.trainer.history.TrainingTrigger;
import io.graft.trainer.history.TriggerHistory;
import io.graft.trainer.table.FeatureChanges;
import io.graft.trainer.table.FeatureTable;

/**
 * Holds the policies against the features that this replica owns. For one thread.
 * <p>
 * Changes count from what the task's last version had seen or its policy's last request, whichever is later. How long a task
 * has been quiet is counted from when this replica first saw its last change: after a restart or a rebalance it begins anew.
 */
final class TriggerRound {

    private final String featuresTopic;
    private final FeatureTable features;
    private final ModelHistory models;
    private final TrainingPolicies policies;
    private final TriggerHistory triggers;
    private final Clock clock;
    private final Map<TaskId, Seen> seen = new HashMap<>();

    /** The changes of a task since an offset, and when this replica first saw the last of them. */
    private record Seen(long since, FeatureChanges changes, Instant at) {
    }

    TriggerRound(String featuresTopic, FeatureTable features, ModelHistory models, TrainingPolicies policies,
            TriggerHistory triggers, Clock clock) {
        this.featuresTopic = featuresTopic;
        this.features = features;
        this.models = models;
        this.policies = policies;
        this.triggers = triggers;
        this.clock = clock;
    }

    /** What the policies ask for now, in the order of the tasks. */
    List<DueRequest> due() {
        Instant now = clock.instant();
        Collection<TaskId> tasks = features.tasks();
        seen.keySet().retainAll(tasks);
        List<DueRequest> due = new ArrayList<>();
        for (TaskId task : tasks) {
            Optional<TrainingPolicy> policy = policies.find(task);
            if (policy.isPresent()) {
                due(task, policy.get(), now).ifPresent(due::add);
            } else {
                seen.remove(task);
            }
        }
        return due;
    }

    private Optional<DueRequest> due(TaskId task, TrainingPolicy policy, Instant now) {
        Optional<TrainingTrigger> last = triggers.last(task);
        long since = Math.max(last.map(trigger -> trigger.cause().featuresUntil()).orElse(0L), trainedUntil(task));
        Seen known = look(task, since, now);
        FeatureChanges changes = known.changes;
        TriggerRule rule = new TriggerRule(changes, since > 0, Duration.between(known.at, now),
                last.map(trigger -> Duration.between(trigger.firedAt(), now)));
        return rule.fulfilled(policy).flatMap(trigger -> features.partition(task).map(partition -> {
            TrainingTrigger fired = TrainingTrigger.of(task, new TrainingCause(trigger, changes.changedSampleCount(),
                    changes.deletedSampleCount(), changes.until()), now);
            return new DueRequest(partition, fired, policy.request().toTriggered(fired.trainRequestId(), fired.cause()));
        }));
    }

    /** Counts only where something has changed: counting looks at every sample of the task. */
    private Seen look(TaskId task, long since, Instant now) {
        long until = features.changedUntil(task);
        Seen known = seen.get(task);
        if (known != null && known.since == since && known.changes.until() == until) {
            return known;
        }
        FeatureChanges changes = until > since ? features.changesSince(task, since) : new FeatureChanges(0, 0, until);
        Seen looked = new Seen(since, changes,
                known != null && known.changes.until() == changes.until() ? known.at : now);
        seen.put(task, looked);
        return looked;
    }

    /** The end of the features that the task's last version was made of; 0 without one. */
    private long trainedUntil(TaskId task) {
        return models.newest(task).flatMap(version -> version.offset(featuresTopic))
                .map(ModelReady.TopicOffset::end).orElse(0L);
    }
}
