package io.graft.trainer.rest;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import io.graft.id.TaskId;
import io.graft.id.TrainingRunId;
import io.graft.model.TrainRequest;
import io.graft.problem.Problem;
import io.graft.trainer.history.TrainingRun;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.table.FeatureTable;

/** What stands where: samples, versions and runs of the tasks. */
@Path("/v1/tasks")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "tasks")
public class TaskResource {

    private final TrainerMemory memory;

    @Inject
    TaskResource(TrainerMemory memory) {
        this.memory = memory;
    }

    @GET
    @Operation(summary = "All tasks: samples by label and split, versions, what serves")
    public List<TaskView> tasks() {
        TreeSet<TaskId> tasks = new TreeSet<>(memory.features().tasks());
        tasks.addAll(memory.models().tasks());
        return tasks.stream().map(this::view).toList();
    }

    @GET
    @Path("{task}")
    @Operation(summary = "One task: samples by label and split, versions, what serves")
    public TaskView task(@PathParam("task") String name) {
        TaskId task = new TaskId(name);
        TaskView view = view(task);
        if (view.featureCount() == 0 && view.versions().isEmpty()) {
            throw Problem.missing("TASK_UNKNOWN", "task '" + task + "' has neither samples nor versions");
        }
        return view;
    }

    @GET
    @Path("{task}/training-runs")
    @Operation(summary = "The last training runs of a task, the newest first")
    public List<TrainingRun> runs(@PathParam("task") String task) {
        return memory.runs().runs(new TaskId(task));
    }

    @GET
    @Path("{task}/training-runs/{trainingRunId}")
    @Operation(summary = "One training run: state, epochs, version or error")
    public TrainingRun run(@PathParam("task") String task, @PathParam("trainingRunId") String run) {
        return memory.runs().find(new TaskId(task), new TrainingRunId(run))
                .orElseThrow(
                        () -> Problem.missing("TRAINING_RUN_UNKNOWN", "task '" + task + "' has no training run '" + run + "'"));
    }

    private TaskView view(TaskId task) {
        Optional<FeatureTable.Contents> contents = memory.features().contents(task, TrainRequest.VALIDATION_FRACTION_DEFAULT);
        return TaskView.of(task, contents, memory.models());
    }
}
