package io.graft.trainer.embedding;

import java.util.HashMap;
import java.util.Map;

import io.graft.id.TaskId;

/** Of one process. */
final class DimensionsInMemory implements Dimensions {

    private final Map<TaskId, Integer> known = new HashMap<>();

    @Override
    public Map<TaskId, Integer> settle(Map<TaskId, Integer> first) {
        first.forEach(known::putIfAbsent);
        Map<TaskId, Integer> settled = new HashMap<>(first);
        settled.replaceAll((task, proposed) -> known.getOrDefault(task, proposed));
        return settled;
    }
}
