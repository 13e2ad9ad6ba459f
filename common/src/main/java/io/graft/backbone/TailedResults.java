package io.graft.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Collects what the groups of a batch give, in the order of the batch. */
final class TailedResults {

    private final float[][] features;
    private final int[] chosen;
    private final Map<Integer, FeatureMaps> maps = new TreeMap<>();

    /** @param chosen places of inputs whose maps are wanted */
    TailedResults(int inputCount, int... chosen) {
        this.features = new float[inputCount][];
        this.chosen = chosen;
    }

    /** Which of a group's images give their maps, [rows], int64; the first where none is chosen, since there must be one. */
    TorchValue rows(TorchScope scope, TailGroup group) {
        List<Integer> wanted = wanted(group);
        long[] rows = wanted.isEmpty() ? new long[1] : wanted.stream().mapToLong(Integer::longValue).toArray();
        return scope.int64(rows, rows.length);
    }

    private List<Integer> wanted(TailGroup group) {
        return IntStream.of(chosen).map(group.positions()::indexOf).filter(row -> row >= 0).boxed().toList();
    }

    void put(TailGroup group, float[][] groupFeatures, List<FeatureMaps> groupMaps) {
        for (int row = 0; row < groupFeatures.length; row++) {
            features[group.positions().get(row)] = groupFeatures[row];
        }
        List<Integer> wanted = wanted(group);
        for (int i = 0; i < wanted.size(); i++) {
            maps.put(group.positions().get(wanted.get(i)), groupMaps.get(i));
        }
    }

    MappedFeatures toFeatures() {
        List<FeatureMaps> inOrder = new ArrayList<>();
        IntStream.of(chosen).mapToObj(maps::get).forEach(inOrder::add);
        return new MappedFeatures(features, inOrder);
    }
}
