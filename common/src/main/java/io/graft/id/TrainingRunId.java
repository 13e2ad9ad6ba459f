package io.graft.id;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Names a training run, {@code [A-Za-z0-9-]{1,64}}. */
public record TrainingRunId(@JsonValue String value) implements Comparable<TrainingRunId> {

    private static final Pattern RULE = Pattern.compile("[A-Za-z0-9-]{1,64}");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public TrainingRunId {
        Ids.requireMatch(RULE, value, "TRAINING_RUN_ID_INVALID", "trainingRunId");
    }

    @Override
    public int compareTo(TrainingRunId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
