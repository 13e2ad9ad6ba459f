package io.graft.backbone;

import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;

/**
 * Where a configured backbone stands. What its weights say is known once it has been opened.
 *
 * @param source where its weights come from: a file, a folder, a URL, an artifact of the model zoo, or {@code bundled}
 * @param sha256 digest of its features, as in a model's event
 * @param dimension numbers in a feature
 * @param millisecondsPerSample of one forward pass of one sample on one thread: the shortest of a few when it was opened
 * @param problem why it could not be opened
 */
public record BackboneStatus(BackboneId id, State state, String source, Optional<String> architecture,
        Optional<String> sha256, Optional<Integer> dimension, Optional<String> precision, Optional<String> device,
        Optional<Double> millisecondsPerSample, Optional<Failure> problem) {

    /** What can be done with it. */
    public enum State {
        /** Nothing has needed it yet. */
        @JsonProperty("closed")
        CLOSED,
        /** It is being opened and warmed. */
        @JsonProperty("loading")
        LOADING,
        /** It embeds. */
        @JsonProperty("open")
        OPEN,
        /** It could not be opened, and will be tried again when it is needed after a while. */
        @JsonProperty("failed")
        FAILED
    }

    /** Why a backbone could not be opened. */
    public record Failure(String code, String detail) {
    }

    static BackboneStatus of(BackboneConfig config, State state, Optional<Problem> failure) {
        return new BackboneStatus(config.id(), state, config.source(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(),
                failure.map(problem -> new Failure(problem.code(), problem.sentence())));
    }

    static BackboneStatus open(BackboneConfig config, BackboneDescriptor descriptor, double millisecondsPerSample) {
        return new BackboneStatus(config.id(), State.OPEN, config.source(), Optional.of(descriptor.architecture()),
                Optional.of(descriptor.sha256()), Optional.of(descriptor.dimension()), Optional.of(descriptor.precision()),
                Optional.of(descriptor.device()), Optional.of(millisecondsPerSample), Optional.empty());
    }

    /** The same in another state: whoever warms it knows more. */
    public BackboneStatus in(State other, Optional<Problem> failure) {
        return new BackboneStatus(id, other, source, architecture, sha256, dimension, precision, device,
                millisecondsPerSample, failure.map(problem -> new Failure(problem.code(), problem.sentence())));
    }
}
