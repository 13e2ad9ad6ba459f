package io.graft.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How much a training sample counts by its label. */
public enum ClassWeights {
    /** Every sample alike, so a rare label little. */
    @JsonProperty("none")
    NONE,
    /** Every label alike: a sample counts (training samples) / (labels × training samples of its label), as in scikit-learn. */
    @JsonProperty("balanced")
    BALANCED
}
