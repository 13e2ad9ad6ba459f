package io.graft.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a training run stands. */
public enum TrainingState {
    @JsonProperty("queued")
    QUEUED,
    @JsonProperty("waiting-for-samples")
    WAITING_FOR_SAMPLES,
    /** Some of the task's samples have no feature of the run's backbone: they are embedded once more. */
    @JsonProperty("embedding-samples")
    EMBEDDING_SAMPLES,
    @JsonProperty("running")
    RUNNING,
    /** Somebody has asked for its end, which has not come yet. */
    @JsonProperty("cancelling")
    CANCELLING,
    @JsonProperty("succeeded")
    SUCCEEDED,
    @JsonProperty("failed")
    FAILED,
    @JsonProperty("cancelled")
    CANCELLED;

    /** Whether a run in this state will not change any more. */
    public boolean isFinal() {
        return this == SUCCEEDED || this == FAILED || this == CANCELLED;
    }

    /** The word of the contract, as in {@code waiting-for-samples}. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
