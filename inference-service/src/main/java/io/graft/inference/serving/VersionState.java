package io.graft.inference.serving;

import java.time.Instant;

import io.graft.event.RecordPlace;
import io.graft.id.ModelVersion;
import io.graft.problem.Problem;

/** What became of a version that was read. */
public sealed interface VersionState {

    ModelVersion version();

    /** Verified and in memory: it serves, or can serve at once. */
    record Loaded(Model model, RecordPlace place) implements VersionState {

        @Override
        public ModelVersion version() {
            return model.card().version();
        }

        /** Lets the head go; the record stays where it is. */
        Archived toArchived() {
            ModelCard card = model.card();
            return new Archived(card.version(), card.createdAt(), card.evaluation().accuracy(), card.dataset().sampleCount(),
                    place);
        }
    }

    /**
     * Verified once and no longer in memory: it is read again from its place when it is promoted.
     *
     * @param accuracy on its validation samples, 0 to 1
     * @param sampleCount that it was trained and validated with
     */
    record Archived(ModelVersion version, Instant createdAt, double accuracy, int sampleCount,
            RecordPlace place) implements VersionState {
    }

    /** Failed verification: it never serves. */
    record Refused(ModelVersion version, Problem problem) implements VersionState {
    }
}
