package io.graft.trainer.setup;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import io.graft.id.TaskId;
import io.graft.model.TrainRequest;
import io.graft.model.TrainingPolicy;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;

/** Training policies of tasks that are known beforehand; one that is sent counts before the one here. */
@ConfigMapping(prefix = "graft.training-policies")
public interface TrainingPoliciesConfig {

    @WithParentName
    Map<String, ConfiguredPolicy> policies();

    /** The policy of one task. */
    interface ConfiguredPolicy {

        /** Train after so many samples were new or sent again, 1 or more. */
        Optional<Integer> afterSampleCount();

        /** Train when samples have changed, and then none for so long. */
        Optional<Duration> quietPeriod();

        /** Time between two requests of the policy, at least; absent: no limit. */
        Optional<Duration> atMostEvery();

        /** Whether a deleted sample asks for a version without it. */
        @WithDefault("false")
        boolean retrainAfterDelete();

        /** What is asked for: JSON as in a train request, without its id; absent: every default. */
        Optional<String> request();

        /** As the trigger takes it. */
        default TrainingPolicy toPolicy() {
            return new TrainingPolicy(afterSampleCount(), quietPeriod(), atMostEvery(), retrainAfterDelete(),
                    request().map(json -> TrainRequest.parse(json.getBytes(StandardCharsets.UTF_8)))
                            .orElse(TrainRequest.DEFAULT));
        }
    }

    /** By task. @throws io.graft.problem.Problem INVALID when a name or a policy is not valid */
    default Map<TaskId, TrainingPolicy> toPolicies() {
        Map<TaskId, TrainingPolicy> byTask = new HashMap<>();
        policies().forEach((task, policy) -> byTask.put(new TaskId(task), policy.toPolicy()));
        return byTask;
    }
}
