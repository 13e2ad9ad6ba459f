package io.graft.inference.serving;

import java.util.Optional;

import io.graft.event.RecordPlace;

/** Where versions lie that are no longer in memory. */
interface ModelArchive {

    /**
     * Reads the body of a {@code model-ready} record again.
     *
     * @return nothing when the record was deleted meanwhile
     * @throws io.graft.problem.Problem BUSY when the archive does not answer, or not yet: ask again
     */
    Optional<ModelRecord> read(RecordPlace place);

    /** Whether asking again may bring what it did not bring before. */
    default boolean hasNews() {
        return true;
    }
}
