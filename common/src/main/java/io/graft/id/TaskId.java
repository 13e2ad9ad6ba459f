package io.graft.id;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Names a classification problem, {@code [a-z0-9][a-z0-9-]{0,62}}. */
public record TaskId(@JsonValue String value) implements Comparable<TaskId> {

    private static final Pattern RULE = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public TaskId {
        Ids.requireMatch(RULE, value, "TASK_INVALID", "task");
    }

    @Override
    public int compareTo(TaskId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
