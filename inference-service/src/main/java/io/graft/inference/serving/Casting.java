package io.graft.inference.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.graft.event.RecordPlace;
import io.graft.id.ModelVersion;
import io.graft.inference.serving.VersionState.Archived;
import io.graft.inference.serving.VersionState.Loaded;
import io.graft.inference.serving.VersionState.Loading;
import io.graft.inference.serving.VersionState.Refused;
import io.graft.model.ModelKey;
import io.graft.model.Promotion;
import io.graft.model.Promotion.Canary;
import io.graft.model.Promotion.Shadow;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.tail.Tail;

/** Gives the versions that a promotion names their roles; one that is archived is read again. */
final class Casting {

    private final ModelVerifier verifier;
    private final ModelArchive archive;

    Casting(ModelVerifier verifier, ModelArchive archive) {
        this.verifier = verifier;
        this.archive = archive;
    }

    /**
     * Follows the last promotion of a task as far as that can be done. Without the version that is to serve, everything stays
     * as it is; without a canary or a shadow, only that role is empty.
     *
     * @param refusedOnesToo whether versions are verified again whose refusal may have been mended
     * @throws Problem BROKEN when this process cannot go on
     */
    Cast follow(TaskServing task, Promotion promotion, boolean refusedOnesToo) {
        Attempt attempt = new Attempt(task, refusedOnesToo);
        Optional<Model> serving = attempt.find(promotion.version());
        if (serving.isEmpty()) {
            return attempt.end(attempt.task);
        }
        Optional<CanaryModel> canary = promotion.canary().flatMap(named -> attempt.find(named.version()))
                .map(model -> new CanaryModel(model, promotion.canary().map(Canary::percent).orElseThrow()));
        Optional<Model> shadow = promotion.shadow().map(Shadow::version)
                .flatMap(version -> attempt.find(version)).filter(model -> attempt.takesTheFeaturesOf(serving.get(), model));
        return attempt.end(attempt.task.withRoles(new Roles(serving, canary, shadow)));
    }

    private VersionState reload(ModelKey key, RecordPlace place) {
        ModelRecord record = archive.read(place).orElseThrow(() -> Problem.missing("VERSION_UNKNOWN",
                "model '" + key + "' is not in topic '" + place.topic() + "' any more"));
        return verifier.verify(key, record, place);
    }

    /** One reading of a promotion: the task as it becomes, and what stood in the way. */
    private final class Attempt {

        private final List<ModelVersion> missing = new ArrayList<>();
        private final List<ModelVersion> unread = new ArrayList<>();
        private final List<ModelVersion> loading = new ArrayList<>();
        private final List<Problem> refusals = new ArrayList<>();
        private final boolean refusedOnesToo;
        private TaskServing task;

        Attempt(TaskServing task, boolean refusedOnesToo) {
            this.task = task;
            this.refusedOnesToo = refusedOnesToo;
        }

        Cast end(TaskServing cast) {
            return new Cast(cast, missing, unread, loading, refusals);
        }

        Optional<Model> find(ModelVersion version) {
            VersionState state = task.versions().get(version);
            if (state == null) {
                missing.add(version);
                return Optional.empty();
            }
            try {
                VersionState current = current(state);
                if (current instanceof Loading) {
                    loading.add(version);
                    return Optional.empty();
                }
                return Optional.of(((Loaded) current).model());
            } catch (Problem e) {
                if (e.type() == ProblemType.BROKEN) {
                    throw e;
                }
                if (e.type() == ProblemType.BUSY) {
                    unread.add(version);
                } else {
                    refusals.add(e);
                }
                return Optional.empty();
            }
        }

        private VersionState current(VersionState state) {
            if (state instanceof Refused refused) {
                return again(state.version(),
                        refused.place().filter(place -> refusedOnesToo).orElseThrow(refused::problem));
            }
            return state instanceof Archived archived ? again(state.version(), archived.place()) : state;
        }

        private VersionState again(ModelVersion version, RecordPlace place) {
            VersionState again = reload(new ModelKey(task.task(), version), place);
            task = task.withVersion(again);
            return again;
        }

        private static Optional<String> sha256(Model model) {
            return model.tail().map(Tail::sha256);
        }

        private static String features(Model model) {
            return (model.tail().isPresent() ? "blocks of its own on " : "") + "backbone '" + model.card().backbone().id()
                    + "'";
        }

        boolean takesTheFeaturesOf(Model serving, Model shadow) {
            boolean same = shadow.backbone().equals(serving.backbone()) && sha256(shadow).equals(sha256(serving));
            if (!same) {
                refusals.add(Problem.invalid("SHADOW_BACKBONE_OTHER", "version " + shadow.card().version()
                        + " takes features of " + features(shadow) + " (expected: of " + features(serving)
                        + ", which serve: a shadow is measured on the same features)"));
            }
            return same;
        }
    }
}
