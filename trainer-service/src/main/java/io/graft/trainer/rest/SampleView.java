package io.graft.trainer.rest;

import java.util.List;
import java.util.Optional;

import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.id.TaskId;

/**
 * What is known of a sample.
 *
 * @param present whether it has a feature; absent on a replica that has no features of the task
 * @param label when it is present
 * @param split the side that it says it must be on
 * @param versions that had seen it; about one in a hundred is named by mistake, none is left out
 */
record SampleView(TaskId task, SampleId sampleId, Optional<Boolean> present, Optional<String> label, Optional<String> split,
        List<ModelVersion> versions) {
}
