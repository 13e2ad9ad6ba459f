package io.graft.benchmark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.initializer.UniformInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.graft.backbone.HeadProgram;
import io.graft.id.TaskId;
import io.graft.model.ClassWeights;
import io.graft.model.Recipe;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.TrainingSet;

/** A head on 10,000 features: DJL's trainer against the trainer service's, from features in memory to a head. */
final class HeadTrainer {

    static final int ROW_COUNT = 10_000;
    private static final int DIMENSION = 512;
    private static final int LABEL_COUNT = 10;
    private static final Recipe RECIPE = new Recipe(Recipe.SGD, 25, 32, 0.001, 0.9, 0, 7, 0.1, 0, ClassWeights.NONE);

    private final float[] features = new float[ROW_COUNT * DIMENSION];
    private final int[] labels = new int[ROW_COUNT];

    HeadTrainer() {
        Random random = new Random(1);
        for (int row = 0; row < ROW_COUNT; row++) {
            labels[row] = random.nextInt(LABEL_COUNT);
            for (int i = 0; i < DIMENSION; i++) {
                features[row * DIMENSION + i] = (float) random.nextGaussian() + (i % LABEL_COUNT == labels[row] ? 0.1f : 0);
            }
        }
    }

    static void measure() throws Exception {
        HeadTrainer trainer = new HeadTrainer();
        try (HeadProgram program = HeadProgram.load(); NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray x = manager.create(trainer.features, new Shape(ROW_COUNT, DIMENSION));
            NDArray y = manager.create(trainer.labels);
            HeadTraining training = new HeadTraining(program, Duration.ofHours(1), System::nanoTime);
            new Duel("head training, 10,000 × 512 features, 10 labels, 25 epochs, batches of 32", "at least 4 ×", 1, 5).fight(
                    new Duel.Side("DJL's Trainer (EasyTrain, ArrayDataset)", () -> fitWithDjl(x, y), 1),
                    new Duel.Side("Graft's head training", () -> training.train(trainer.snapshot(ROW_COUNT), RECIPE, result -> {
                    }), 1));
        }
    }

    private static void fitWithDjl(NDArray x, NDArray y) throws Exception {
        float range = (float) (1 / Math.sqrt(DIMENSION));
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optInitializer(new UniformInitializer(range), Parameter.Type.WEIGHT)
                .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed((float) RECIPE.learningRate()))
                        .optMomentum((float) RECIPE.momentum()).build());
        ArrayDataset dataset = new ArrayDataset.Builder().setData(x).optLabels(y).setSampling(RECIPE.batchSize(), true).build();
        try (Model model = Model.newInstance("head", "PyTorch")) {
            model.setBlock(Linear.builder().setUnits(LABEL_COUNT).build());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(RECIPE.batchSize(), DIMENSION));
                EasyTrain.fit(trainer, RECIPE.epochs(), dataset, null);
            }
        }
    }

    /**
     * Made anew for each run, because a run changes its rows: part of what is measured, as in the service.
     *
     * @param trainCount the first rows; the others are for validation
     */
    TrainingSet snapshot(int trainCount) {
        ByteBuffer rows = ByteBuffer.allocateDirect(features.length * Float.BYTES).order(ByteOrder.nativeOrder());
        rows.asFloatBuffer().put(features);
        List<String> names = IntStream.range(0, LABEL_COUNT).mapToObj(Integer::toString).toList();
        return new TrainingSet(new TaskId("benchmark"), names, DIMENSION, rows, labels.clone(), trainCount);
    }
}
