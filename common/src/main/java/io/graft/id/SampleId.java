package io.graft.id;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Names a labelled sample within its task, {@code [A-Za-z0-9._:-]{1,200}}. */
public record SampleId(@JsonValue String value) implements Comparable<SampleId> {

    private static final Pattern RULE = Pattern.compile("[A-Za-z0-9._:-]{1,200}");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public SampleId {
        Ids.requireMatch(RULE, value, "SAMPLE_ID_INVALID", "sampleId");
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
