package io.graft.id;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import io.graft.problem.Problem;

/** Counts the models of a task: 1, 2, 3 … A number is not given twice. */
public record ModelVersion(@JsonValue int number) implements Comparable<ModelVersion> {

    /** The largest number that can be asked for. */
    public static final int NUMBER_MAX = 999_999_999;

    /** Nine digits at most, which an int holds. */
    private static final Pattern DIGITS = Pattern.compile("[1-9][0-9]{0,8}");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ModelVersion {
        if (number < 1) {
            throw Problem.invalid("VERSION_INVALID", "version " + number + " is not valid (expected: 1 or more)");
        }
    }

    /** Reads the decimal digits of a version, as in a path or a query: one spelling for each number. */
    public static ModelVersion parse(String text) {
        Ids.requireMatch(DIGITS, text, "VERSION_INVALID", "version");
        return new ModelVersion(Integer.parseInt(text));
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
