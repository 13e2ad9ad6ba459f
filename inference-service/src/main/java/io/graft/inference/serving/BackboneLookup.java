package io.graft.inference.serving;

import java.util.Optional;

import io.graft.backbone.Backbone;
import io.graft.id.BackboneId;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.problem.Problem;

/** Finds the backbone of a model among those of this process. */
public interface BackboneLookup {

    /** The backbone whose features these are, if it is open and warm. */
    Optional<Backbone> find(String sha256, int dimension);

    /**
     * Whether a backbone that is not found may be once it is loaded: its digest is not known before.
     *
     * @throws Problem BROKEN or BUSY when loading it failed a moment ago
     */
    default boolean isExpected(BackboneReference reference) {
        return false;
    }

    /** Begins to open and warm a configured backbone in the background, unless that was begun already. */
    default void load(BackboneId id) {
    }
}
