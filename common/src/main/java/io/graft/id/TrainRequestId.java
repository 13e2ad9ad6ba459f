package io.graft.id;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Names a train request, in the words of whoever sent it, {@code [^\\p{Cntrl}]{1,200}}. */
public record TrainRequestId(@JsonValue String value) implements Comparable<TrainRequestId> {

    private static final Pattern RULE = Pattern.compile("[^\\p{Cntrl}]{1,200}");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public TrainRequestId {
        Ids.requireMatch(RULE, value, "TRAIN_REQUEST_ID_INVALID", "trainRequestId");
    }

    @Override
    public int compareTo(TrainRequestId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
