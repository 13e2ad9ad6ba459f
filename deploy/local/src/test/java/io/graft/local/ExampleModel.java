package io.graft.local;

import java.util.List;

import io.graft.head.Head;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelReady;

/** A model of vectors that a replica accepts, with a head that nobody trained. */
final class ExampleModel {

    private static final List<String> LABELS = List.of("ants", "bees");

    private ExampleModel() {
    }

    static ModelReady of(TaskId task, ModelVersion version, int dimension) {
        float[] weight = new float[LABELS.size() * dimension];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (i % 7 - 3) / 10f;
        }
        return UntrainedModel.of(task, version, UntrainedModel.vectors(dimension),
                new Head(LABELS, dimension, weight, new float[LABELS.size()]));
    }
}
