package io.graft.inference.rest;

import java.util.List;
import java.util.Optional;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.serving.ModelCard;
import io.graft.inference.serving.TaskServing;
import io.graft.model.Promotion;

/**
 * A task as it serves.
 *
 * @param version that answers; absent while none does
 * @param promotedVersion that the last promotion names, where it could not be followed (yet)
 * @param model the version that answers, with its evaluation and lineage
 */
@Schema(name = "Task")
public record TaskView(TaskId task, Optional<ModelVersion> version, Optional<ModelVersion> promotedVersion, int versionCount,
        Optional<Promotion> promotion, Optional<ModelCard> model) {

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
        return new TaskView(serving.task(), serving.servingVersion(), serving.promotedVersion(), serving.versions().size(),
                serving.promotion(), serving.serving().map(model -> model.card()));
    }
}
