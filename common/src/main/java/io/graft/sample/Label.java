package io.graft.sample;

import io.graft.problem.Problem;

/** What a sample shows, in the words of whoever labelled it: 1 to {@value #LENGTH_MAX} characters, none of them a control. */
public record Label(String value) {

    public static final int LENGTH_MAX = 200;

    public Label {
        if (value.isBlank() || value.codePointCount(0, value.length()) > LENGTH_MAX
                || value.chars().anyMatch(Character::isISOControl)) {
            throw Problem.invalid("SAMPLE_LABEL_INVALID", "label of " + value.length()
                    + " characters is not valid (expected: 1 to " + LENGTH_MAX
                    + " characters, not blank, no control characters)");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
