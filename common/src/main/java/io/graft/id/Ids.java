package io.graft.id;

import java.util.regex.Pattern;

import io.graft.problem.Problem;

/** The rule that all ids share: match a pattern, or be refused by name. */
final class Ids {

    private static final int QUOTED_LENGTH_MAX = 80;

    private Ids() {
    }

    static void requireMatch(Pattern rule, String value, String code, String noun) {
        if (!rule.matcher(value).matches()) {
            String quoted = value.length() <= QUOTED_LENGTH_MAX ? value : value.substring(0, QUOTED_LENGTH_MAX) + "…";
            throw Problem.invalid(code, noun + " '" + quoted + "' is not valid (expected: " + rule + ")");
        }
    }
}
