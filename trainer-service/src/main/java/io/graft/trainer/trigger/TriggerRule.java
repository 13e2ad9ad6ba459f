package io.graft.trainer.trigger;

import java.time.Duration;
import java.util.Optional;

import io.graft.model.TrainingCause.Trigger;
import io.graft.model.TrainingPolicy;
import io.graft.trainer.table.FeatureChanges;

/**
 * Whether a policy is fulfilled.
 *
 * @param changes since what the last version had seen, or the policy's last request
 * @param hasVersion whether there was such a version or request: without one, nobody has seen a deleted sample
 * @param quiet how long no sample has changed
 * @param sinceLastRequest time since the policy's last request; absent when there was none
 */
record TriggerRule(FeatureChanges changes, boolean hasVersion, Duration quiet, Optional<Duration> sinceLastRequest) {

    /** What is fulfilled, the most pressing first: a deletion, then the count, then the quiet period. */
    Optional<Trigger> fulfilled(TrainingPolicy policy) {
        if (isTooSoon(policy)) {
            return Optional.empty();
        }
        if (policy.retrainAfterDelete() && hasVersion && changes.deletedSampleCount() > 0) {
            return Optional.of(Trigger.SAMPLE_DELETED);
        }
        if (policy.afterSampleCount().filter(count -> changes.changedSampleCount() >= count).isPresent()) {
            return Optional.of(Trigger.SAMPLE_COUNT);
        }
        if (changes.changedSampleCount() > 0
                && policy.quietPeriod().filter(period -> quiet.compareTo(period) >= 0).isPresent()) {
            return Optional.of(Trigger.QUIET_PERIOD);
        }
        return Optional.empty();
    }

    private boolean isTooSoon(TrainingPolicy policy) {
        return policy.atMostEvery().isPresent() && sinceLastRequest.isPresent()
                && sinceLastRequest.get().compareTo(policy.atMostEvery().get()) < 0;
    }
}
