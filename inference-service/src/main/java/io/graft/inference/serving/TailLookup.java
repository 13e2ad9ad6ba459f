package io.graft.inference.serving;

import java.util.Optional;

import io.graft.backbone.Backbone;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.problem.Problem;
import io.graft.tail.Tail;

/** Fetches the blocks that a version has instead of its backbone's own. */
public interface TailLookup {

    /**
     * The blocks, once; begins to fetch them in the background where that has not begun, and forgets them when it gave them.
     *
     * @param backbone open
     * @return absent: they may still come
     * @throws Problem INVALID with a code that begins with {@code MODEL_TAIL_}, or MISSING, when they will not
     */
    Optional<Tail> take(ModelKey key, TailArtifact artifact, Backbone backbone);

    /** Lets go what was fetched, or is being fetched, for a version that is not waited for any more. */
    void forget(ModelKey key);
}
