package io.graft.id;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Names a backbone, {@code [a-z0-9][a-z0-9._-]{0,62}}. */
public record BackboneId(@JsonValue String value) implements Comparable<BackboneId> {

    private static final Pattern RULE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public BackboneId {
        Ids.requireMatch(RULE, value, "BACKBONE_ID_INVALID", "backbone");
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
