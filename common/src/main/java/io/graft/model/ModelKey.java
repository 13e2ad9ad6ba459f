package io.graft.model;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

/** The key of {@code model-ready}: {@code task@version}. */
public record ModelKey(TaskId task, ModelVersion version) {

    /** Reads {@code task@version}. @throws Problem INVALID */
    public static ModelKey parse(String key) {
        int at = key.indexOf('@');
        if (at < 0) {
            String quoted = key.length() <= 80 ? key : key.substring(0, 80) + "…";
            throw Problem.invalid("MODEL_KEY_INVALID", "model key '" + quoted + "' has no '@' (expected: task@version)");
        }
        return new ModelKey(new TaskId(key.substring(0, at)), ModelVersion.parse(key.substring(at + 1)));
    }

    @Override
    public String toString() {
        return task + "@" + version;
    }
}
