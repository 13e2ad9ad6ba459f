package io.graft.inference.rest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.serving.CanaryModel;
import io.graft.inference.serving.Model;
import io.graft.inference.serving.ModelCard;
import io.graft.inference.serving.Roles;
import io.graft.inference.serving.TaskServing;
import io.graft.inference.serving.VersionState;
import io.graft.inference.serving.VersionState.Archived;
import io.graft.inference.serving.VersionState.InMemory;
import io.graft.inference.serving.VersionState.Loading;
import io.graft.inference.serving.VersionState.Refused;
import io.graft.problem.Problem;

/**
 * A version as this replica knows it.
 *
 * @param accuracy on its validation samples, 0 to 1
 * @param sampleCount that it was trained and validated with
 * @param problem why it was refused
 * @param model the whole of it; only for a single version that is in memory
 */
@Schema(name = "Version")
public record VersionView(ModelVersion version, State state, Optional<Instant> createdAt, Optional<Double> accuracy,
        Optional<Integer> sampleCount, Optional<Reason> problem, Optional<ModelCard> model) {

    /** What a version does here. */
    @Schema(type = SchemaType.STRING)
    public enum State {
        /** It answers. */
        @JsonProperty("serving")
        SERVING,
        /** It answers a share of the requests. */
        @JsonProperty("canary")
        CANARY,
        /** It is measured and never answers. */
        @JsonProperty("shadow")
        SHADOW,
        /** It answers when it is asked for by number. */
        @JsonProperty("loaded")
        LOADED,
        /** It waits for its backbone, which is being loaded. */
        @JsonProperty("loading")
        LOADING,
        /** It is read again when it is promoted. */
        @JsonProperty("archived")
        ARCHIVED,
        /** It failed verification. */
        @JsonProperty("refused")
        REFUSED
    }

    /** Why a version was refused. */
    public record Reason(String code, String detail) {
    }

    /** Every version of a task that this replica knows, the oldest first. */
    @Schema(name = "Versions")
    public record Listing(TaskId task, List<VersionView> versions) {

        static Listing of(TaskServing serving) {
            return new Listing(serving.task(), serving.versions().values().stream()
                    .map(state -> VersionView.of(serving, state).withoutModel()).toList());
        }
    }

    /** @throws Problem MISSING when the task has no such version */
    static VersionView of(TaskServing serving, ModelVersion version) {
        VersionState state = serving.versions().get(version);
        if (state == null) {
            throw Problem.missing("VERSION_UNKNOWN",
                    "version " + version + " of task '" + serving.task() + "' is not known here");
        }
        return of(serving, state);
    }

    private static VersionView of(TaskServing serving, VersionState state) {
        if (state instanceof InMemory held) {
            ModelCard card = held.card();
            return new VersionView(card.version(),
                    held instanceof Loading ? State.LOADING : state(serving.roles(), card.version()),
                    Optional.of(card.createdAt()),
                    Optional.of(card.evaluation().accuracy()), Optional.of(card.dataset().sampleCount()), Optional.empty(),
                    Optional.of(card));
        }
        if (state instanceof Archived archived) {
            return new VersionView(archived.version(), State.ARCHIVED, Optional.of(archived.createdAt()),
                    Optional.of(archived.accuracy()), Optional.of(archived.sampleCount()), Optional.empty(), Optional.empty());
        }
        Problem problem = ((Refused) state).problem();
        return new VersionView(state.version(), State.REFUSED, Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.of(new Reason(problem.code(), problem.sentence())), Optional.empty());
    }

    private static State state(Roles roles, ModelVersion version) {
        if (is(roles.serving(), version)) {
            return State.SERVING;
        }
        if (is(roles.canary().map(CanaryModel::model), version)) {
            return State.CANARY;
        }
        return is(roles.shadow(), version) ? State.SHADOW : State.LOADED;
    }

    private static boolean is(Optional<Model> model, ModelVersion version) {
        return model.filter(held -> held.card().version().equals(version)).isPresent();
    }

    private VersionView withoutModel() {
        return new VersionView(version, state, createdAt, accuracy, sampleCount, problem, Optional.empty());
    }
}
