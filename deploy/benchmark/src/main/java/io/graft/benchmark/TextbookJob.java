package io.graft.benchmark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.graft.backbone.Backbone;
import io.graft.backbone.HeadProgram;
import io.graft.id.TaskId;
import io.graft.model.Recipe;
import io.graft.sample.SampleContent;
import io.graft.trainer.embedding.EmbeddingPool;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.TrainingSet;

/**
 * Transfer learning by the textbook (25 epochs, every image decoded and run through the backbone in each) against embedding
 * once and training on features.
 * <p>
 * The textbook's side is flattered: its images are decoded by Graft's decoder, its batches run on all cores at once, which
 * steps that follow each other could not, and the steps themselves are left out.
 */
final class TextbookJob {

    private static final int EPOCHS_MEASURED = 2;
    private static final int EMBEDDING_BATCH_SIZE = 8;

    private TextbookJob() {
    }

    static void measure(Backbone backbone, PlainResNet plain, Photographs photographs) throws Exception {
        int threadCount = Runtime.getRuntime().availableProcessors();
        ExecutorService threads = Executors.newFixedThreadPool(threadCount);
        try (HeadProgram program = HeadProgram.load();
                EmbeddingPool pool = new EmbeddingPool(threadCount, EMBEDDING_BATCH_SIZE)) {
            HeadTraining training = new HeadTraining(program, Duration.ofHours(1), System::nanoTime);
            double scale = (double) Recipe.TEXTBOOK.epochs() / EPOCHS_MEASURED;
            new Duel("the whole job: 25 epochs over " + photographs.contents().size() + " images", "at least 50 ×", 1, 3)
                    .fight(new Duel.Side("textbook, measured over 2 epochs and scaled",
                            () -> runEpochs(threads, plain, photographs.contents()), scale),
                            new Duel.Side("Graft: embed once, train on features",
                                    () -> training.train(embed(pool, backbone, photographs), Recipe.TEXTBOOK, result -> {
                                    }), 1));
        } finally {
            threads.shutdownNow();
        }
    }

    private static void runEpochs(ExecutorService threads, PlainResNet plain, List<SampleContent.Image> contents)
            throws Exception {
        for (int epoch = 0; epoch < EPOCHS_MEASURED; epoch++) {
            int batchSize = Recipe.TEXTBOOK.batchSize();
            List<Callable<float[]>> batches = new ArrayList<>();
            for (int from = 0; from < contents.size(); from += batchSize) {
                List<SampleContent.Image> batch = contents.subList(from, Math.min(from + batchSize, contents.size()));
                batches.add(() -> plain.forward(batch));
            }
            for (Future<float[]> features : threads.invokeAll(batches)) {
                features.get();
            }
        }
    }

    private static TrainingSet embed(EmbeddingPool pool, Backbone backbone, Photographs photographs) {
        int dimension = backbone.descriptor().dimension();
        List<EmbeddingPool.Embedded> embedded = pool
                .embed(photographs.contents().stream().map(content -> new EmbeddingPool.Job(backbone, content, List.of()))
                        .toList());
        ByteBuffer rows = ByteBuffer.allocateDirect(embedded.size() * dimension * Float.BYTES).order(ByteOrder.nativeOrder());
        for (EmbeddingPool.Embedded result : embedded) {
            if (!(result instanceof EmbeddingPool.Embedded.Done done)) {
                throw new IllegalStateException("an image that was prepared before cannot be embedded: " + result);
            }
            for (float number : done.embeddings().get(0).values()) {
                rows.putFloat(number);
            }
        }
        List<String> labels = photographs.labels().stream().distinct().sorted().toList();
        return new TrainingSet(new TaskId("benchmark"), labels, dimension, rows.flip(),
                photographs.labels().stream().mapToInt(labels::indexOf).toArray(), photographs.trainCount());
    }
}
