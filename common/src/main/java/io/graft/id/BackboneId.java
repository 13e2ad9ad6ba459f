package io.graft.id;

import java.util.regex.Pattern;

import io.graft.problem.Problem;

/** Names a backbone, {@code [a-z0-9][a-z0-9._-]{0,62}}. */
public record BackboneId(String value) implements Comparable<BackboneId> {

    private static final Pattern RULE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    public BackboneId {
        if (!RULE.matcher(value).matches()) {
            throw Problem.invalid("BACKBONE_ID_INVALID",
                    "backbone '" + abbreviate(value) + "' is not valid (expected: " + RULE + ")");
        }
    }

    private static String abbreviate(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80) + "…";
    }

    @Override
    public int compareTo(BackboneId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
