package io.graft.problem;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A failure with a code that a program can act on and a sentence that a person can act on.
 * <p>
 * The message says owner, what, value and rule, as in {@code task 'birds' has 1 label (expected: at least 2)}.
 */
public final class Problem extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9_]{2,63}");

    private final ProblemType type;
    private final String code;

    private Problem(ProblemType type, String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException("problem code '" + code + "' does not match " + CODE);
        }
        this.type = type;
        this.code = code;
    }

    public static Problem invalid(String code, String message) {
        return new Problem(ProblemType.INVALID, code, message, null);
    }

    public static Problem invalid(String code, String message, Throwable cause) {
        return new Problem(ProblemType.INVALID, code, message, cause);
    }

    public static Problem missing(String code, String message) {
        return new Problem(ProblemType.MISSING, code, message, null);
    }

    public static Problem busy(String code, String message) {
        return new Problem(ProblemType.BUSY, code, message, null);
    }

    public static Problem broken(String code, String message) {
        return new Problem(ProblemType.BROKEN, code, message, null);
    }

    public static Problem broken(String code, String message, Throwable cause) {
        return new Problem(ProblemType.BROKEN, code, message, cause);
    }

    public ProblemType type() {
        return type;
    }

    /** Upper-case words joined by underscores, as in {@code SAMPLE_LABEL_MISSING}; part of the contract. */
    public String code() {
        return code;
    }

    /** The sentence; never null, unlike {@link #getMessage()} of other exceptions. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
