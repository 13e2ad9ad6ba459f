package io.graft.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.sample.SampleContent;
import io.graft.trainer.embedding.EmbeddingPool;

/** Bytes to features on all cores: bare loops of decode and forward against the trainer's pool. */
final class EmbeddingThroughput {

    private static final int BATCH_SIZE = 8;

    private EmbeddingThroughput() {
    }

    static void measure(Backbone backbone, Photographs photographs) throws Exception {
        int threadCount = Runtime.getRuntime().availableProcessors();
        List<EmbeddingPool.Job> jobs = photographs.contents().stream()
                .map(content -> new EmbeddingPool.Job(backbone, content, List.of())).toList();
        List<BackboneWorker> workers = new ArrayList<>();
        for (int i = 0; i < threadCount; i++) {
            workers.add(backbone.openWorker(BATCH_SIZE));
        }
        ExecutorService threads = Executors.newFixedThreadPool(threadCount);
        try (EmbeddingPool pool = new EmbeddingPool(threadCount, BATCH_SIZE)) {
            double perImage = 1.0 / jobs.size();
            new Duel("bytes to feature on " + threadCount + " cores, for one image", "at least 0.85 ×", 1, 5).fight(
                    new Duel.Side("decode and forward alone",
                            () -> runBare(threads, workers, backbone, photographs.contents()), perImage),
                    new Duel.Side("Graft's pool of the trainer", () -> pool.embed(jobs), perImage));
        } finally {
            threads.shutdownNow();
            workers.forEach(BackboneWorker::close);
        }
    }

    private static void runBare(ExecutorService threads, List<BackboneWorker> workers, Backbone backbone,
            List<SampleContent.Image> contents) throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> loops = new ArrayList<>();
        for (BackboneWorker worker : workers) {
            loops.add(threads.submit(() -> {
                for (int from = next.getAndAdd(BATCH_SIZE); from < contents.size(); from = next.getAndAdd(BATCH_SIZE)) {
                    worker.embed(contents.subList(from, Math.min(from + BATCH_SIZE, contents.size())).stream()
                            .map(backbone::prepare).toList());
                }
            }));
        }
        for (Future<?> loop : loops) {
            loop.get();
        }
    }
}
