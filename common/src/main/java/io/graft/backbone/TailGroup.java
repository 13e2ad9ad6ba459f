package io.graft.backbone;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.graft.tail.Depth;
import io.graft.tail.Tail;

/**
 * Inputs of a batch that go through the same last blocks.
 *
 * @param tail absent: the backbone's own
 * @param positions in the batch
 */
record TailGroup(Optional<Tail> tail, List<Integer> positions) {

    /**
     * Those that share the trunk first, then those of whole networks.
     *
     * @param tails of the inputs of a batch
     */
    static List<TailGroup> of(List<Optional<Tail>> tails) {
        Map<Optional<String>, TailGroup> groups = new LinkedHashMap<>();
        for (int position = 0; position < tails.size(); position++) {
            Optional<Tail> tail = tails.get(position);
            groups.computeIfAbsent(tail.map(Tail::sha256), key -> new TailGroup(tail, new ArrayList<>())).positions
                    .add(position);
        }
        return groups.values().stream().sorted(Comparator.comparing(TailGroup::isWhole)).toList();
    }

    boolean isWhole() {
        return tail.filter(own -> own.depth() == Depth.ALL).isPresent();
    }

    int size() {
        return positions.size();
    }
}
