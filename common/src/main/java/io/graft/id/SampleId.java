package io.graft.id;

import java.util.regex.Pattern;

import io.graft.problem.Problem;

/** Names a labelled sample within its task, {@code [A-Za-z0-9._:-]{1,200}}. */
public record SampleId(String value) implements Comparable<SampleId> {

    private static final Pattern RULE = Pattern.compile("[A-Za-z0-9._:-]{1,200}");

    public SampleId {
        if (!RULE.matcher(value).matches()) {
            throw Problem.invalid("SAMPLE_ID_INVALID",
                    "sampleId '" + abbreviate(value) + "' is not valid (expected: " + RULE + ")");
        }
    }

    private static String abbreviate(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80) + "…";
    }

    @Override
    public int compareTo(SampleId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
