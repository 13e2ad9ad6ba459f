package io.graft.inference.serving;

import java.util.List;

import io.graft.id.ModelVersion;
import io.graft.problem.Problem;

/**
 * How far a promotion could be followed.
 *
 * @param task with the roles as they are now; they are untouched while the version that is to serve cannot
 * @param missing versions that have not been read yet
 * @param loading versions whose backbone is not loaded yet
 * @param refusals why a version does not take its role
 */
record Cast(TaskServing task, List<ModelVersion> missing, List<ModelVersion> loading, List<Problem> refusals) {

    Cast {
        missing = List.copyOf(missing);
        loading = List.copyOf(loading);
        refusals = List.copyOf(refusals);
    }
}
