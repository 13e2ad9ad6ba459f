package io.graft.id;

import java.util.regex.Pattern;

import io.graft.problem.Problem;

/** Names a classification problem, {@code [a-z0-9][a-z0-9-]{0,62}}. */
public record TaskId(String value) implements Comparable<TaskId> {

    private static final Pattern RULE = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    public TaskId {
        if (!RULE.matcher(value).matches()) {
            throw Problem.invalid("TASK_INVALID", "task '" + abbreviate(value) + "' is not valid (expected: " + RULE + ")");
        }
    }

    private static String abbreviate(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80) + "…";
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
