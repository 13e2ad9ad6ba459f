package io.graft.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import io.graft.problem.Problem;

/** Counts the models of a task: 1, 2, 3 … without a hole. */
public record ModelVersion(@JsonValue int number) implements Comparable<ModelVersion> {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ModelVersion {
        if (number < 1) {
            throw Problem.invalid("VERSION_INVALID", "version " + number + " is not valid (expected: 1 or more)");
        }
    }

    /** Reads the decimal digits of a version, as in a path or a query. */
    public static ModelVersion parse(String text) {
        try {
            return new ModelVersion(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw Problem.invalid("VERSION_INVALID", "version '" + text + "' is not valid (expected: 1 or more)", e);
        }
    }

    public ModelVersion next() {
        return new ModelVersion(number + 1);
    }

    @Override
    public int compareTo(ModelVersion other) {
        return Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return Integer.toString(number);
    }
}
