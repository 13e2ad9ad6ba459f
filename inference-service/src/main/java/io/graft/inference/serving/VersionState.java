package io.graft.inference.serving;

import java.time.Instant;
import java.util.Optional;

import io.graft.event.RecordPlace;
import io.graft.id.ModelVersion;
import io.graft.problem.Problem;

/** What became of a version that was read. */
public sealed interface VersionState {

    ModelVersion version();

    /** Its head is in memory. */
    sealed interface InMemory extends VersionState {

        ModelCard card();

        RecordPlace place();

        @Override
        default ModelVersion version() {
            return card().version();
        }

        /** Lets the head go; the record stays where it is. */
        default Archived toArchived() {
            ModelCard card = card();
            return new Archived(card.version(), card.createdAt(), card.evaluation().accuracy(), card.dataset().sampleCount(),
                    place());
        }
    }

    /** Verified: it serves, or can serve at once. */
    record Loaded(Model model, RecordPlace place) implements InMemory {

        @Override
        public ModelCard card() {
            return model.card();
        }
    }

    /** Verified but for its backbone, which is being loaded: it can serve once that is warm. */
    record Loading(Candidate candidate, RecordPlace place) implements InMemory {

        /** What it waits for, for sentences. */
        String awaited() {
            return (candidate.artifact().isPresent() ? "its own blocks on " : "") + "backbone '" + card().backbone().id() + "'";
        }

        @Override
        public ModelCard card() {
            return candidate.card();
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

    /**
     * Failed verification: it never serves.
     *
     * @param place where it is read again when it is promoted, if what stood in its way may have been mended
     */
    record Refused(ModelVersion version, Problem problem, Optional<RecordPlace> place) implements VersionState {

        static Refused of(ModelVersion version, Problem problem, RecordPlace place) {
            return new Refused(version, problem, Optional.of(place).filter(known -> ModelVerifier.isMendable(problem)));
        }
    }
}
