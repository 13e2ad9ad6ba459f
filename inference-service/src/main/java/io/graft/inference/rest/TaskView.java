package io.graft.inference.rest;

import java.util.List;
import java.util.Optional;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.serving.Model;
import io.graft.inference.serving.ModelCard;
import io.graft.inference.serving.Roles;
import io.graft.inference.serving.TaskServing;
import io.graft.model.Promotion;
import io.graft.model.Promotion.Canary;
import io.graft.model.Promotion.Shadow;

/**
 * A task as it serves.
 *
 * @param version that answers; absent while none does
 * @param promotedVersion that the last promotion names, where it could not be followed (yet)
 * @param canary that answers a share of the requests
 * @param shadow that is measured and never answers
 * @param model the version that answers, with its evaluation and lineage
 */
@Schema(name = "Task")
public record TaskView(TaskId task, Optional<ModelVersion> version, Optional<ModelVersion> promotedVersion,
        Optional<Canary> canary, Optional<Shadow> shadow, int versionCount, Optional<Promotion> promotion,
        Optional<ModelCard> model) {

    /** Every task that this replica knows. */
    @Schema(name = "Tasks")
    public record Listing(List<Line> tasks) {
    }

    /**
     * One task in the list.
     *
     * @param accuracy of the version that answers, on its validation samples
     */
    @Schema(name = "TaskLine")
    public record Line(TaskId task, Optional<ModelVersion> version, List<String> labels, Optional<Double> accuracy) {

        static Line of(TaskServing serving) {
            return new Line(serving.task(), serving.servingVersion(),
                    serving.serving().map(model -> model.card().labels()).orElse(List.of()),
                    serving.serving().map(model -> model.card().evaluation().accuracy()));
        }
    }

    static TaskView of(TaskServing serving) {
        Roles roles = serving.roles();
        return new TaskView(serving.task(), serving.servingVersion(), serving.promotedVersion(),
                roles.canary().map(canary -> new Canary(canary.model().card().version(), canary.percent())),
                roles.shadow().map(model -> new Shadow(model.card().version())), serving.versions().size(),
                serving.promotion(), roles.serving().map(Model::card));
    }
}
