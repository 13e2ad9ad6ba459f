package io.graft.inference.serving;

import java.util.List;

import io.graft.id.ModelVersion;
import io.graft.problem.Problem;

/**
 * How far a promotion could be followed.
 *
 * @param task with the roles as they are now; they are untouched while the version that is to serve cannot
 * @param missing versions that have not been read yet
 * @param unread archived versions that cannot be read again at this moment
 * @param loading versions whose backbone is not loaded yet
 * @param refusals why a version does not take its role
 */
record Cast(TaskServing task, List<ModelVersion> missing, List<ModelVersion> unread, List<ModelVersion> loading,
        List<Problem> refusals) {

    Cast {
        missing = List.copyOf(missing);
        unread = List.copyOf(unread);
        loading = List.copyOf(loading);
        refusals = List.copyOf(refusals);
    }

    /** Whether the version that is to serve does, or will once it is there whole. */
    boolean isUnderWay() {
        return task.serving().isPresent() || !unread.isEmpty() || !loading.isEmpty();
    }
}
