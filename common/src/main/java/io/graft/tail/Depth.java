package io.graft.tail;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.problem.Problem;

/** How much of the network a run trains. */
public enum Depth {
    /** The head alone. */
    @JsonProperty("head")
    HEAD,
    /** The last residual block too. */
    @JsonProperty("last-block")
    LAST_BLOCK,
    /** Everything, from the first convolution on. */
    @JsonProperty("all")
    ALL;

    /** As in a request. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reads a word. @throws Problem INVALID for another one */
    public static Depth of(String word) {
        return Arrays.stream(values()).filter(depth -> depth.word().equals(word)).findFirst()
                .orElseThrow(() -> Problem.invalid("DEPTH_INVALID", "depth is '" + word + "' (expected: "
                        + Arrays.stream(values()).map(Depth::word).collect(Collectors.joining(", ")) + ")"));
    }

    @Override
    public String toString() {
        return word();
    }
}
