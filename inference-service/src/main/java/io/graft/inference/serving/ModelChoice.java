package io.graft.inference.serving;

import java.util.Optional;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;

/**
 * Whose answer a request wants.
 *
 * @param version absent: the one that serves, or its canary
 * @param routingKey whatever shall always be answered by the same of the two, such as a user; absent: each request by itself
 */
public record ModelChoice(TaskId task, Optional<ModelVersion> version, Optional<String> routingKey) {

    /** The answer of whatever serves. */
    public static ModelChoice serving(TaskId task) {
        return new ModelChoice(task, Optional.empty(), Optional.empty());
    }
}
