package io.graft.trainer.embedding;

import java.util.Map;

import io.graft.id.TaskId;

/** How many numbers the vectors of each task have: as many as its first one, the same to all replicas and over restarts. */
interface Dimensions {

    /**
     * Says what counts for some tasks; decides it for those that have had no vector yet.
     *
     * @param first numbers in the first vector of each task that somebody has at hand
     * @return numbers in every vector of these tasks
     * @throws io.graft.problem.Problem BUSY when that cannot be known in time
     */
    Map<TaskId, Integer> settle(Map<TaskId, Integer> first);
}
