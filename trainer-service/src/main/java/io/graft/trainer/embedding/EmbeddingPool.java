package io.graft.trainer.embedding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.backbone.View;
import io.graft.feature.Embedding;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

/**
 * Contents to embeddings on all cores: each thread decodes a few contents and runs them through its own worker, so that no
 * thread waits for another. On a CPU that is one intra-op thread on each core; on a GPU the threads decode while one of them
 * computes.
 */
public final class EmbeddingPool implements AutoCloseable {

    private static final long CLOSE_LIMIT_SECONDS = 30;

    private final int threadCount;
    private final int batchSize;
    private final ExecutorService threads;
    private final ThreadLocal<Map<Backbone, BackboneWorker>> workers = ThreadLocal.withInitial(HashMap::new);

    /**
     * A pool of {@code threadCount} threads.
     *
     * @param batchSize contents in one forward pass, at most
     */
    public EmbeddingPool(int threadCount, int batchSize) {
        this.threadCount = threadCount;
        this.batchSize = batchSize;
        this.threads = Executors.newFixedThreadPool(threadCount, task -> {
            Thread thread = new Thread(task, "embedding");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** What came of one content: embeddings, or why there are none. */
    public sealed interface Embedded {

        /** Has embeddings: its own, then those of its views. */
        record Done(List<Embedding> embeddings) implements Embedded {
        }

        /** Cannot be decoded. */
        record Refused(Problem problem) implements Embedded {
        }
    }

    /** A content, the backbone for it, and the views of it that are wanted too. */
    public record Job(Backbone backbone, SampleContent content, List<View> views) {
    }

    /**
     * Embeds; returns when all are done.
     *
     * @return in the order of the jobs
     * @throws Problem BROKEN when the backbone fails
     */
    public List<Embedded> embed(List<Job> jobs) {
        Map<Backbone, List<Integer>> byBackbone = new HashMap<>();
        for (int i = 0; i < jobs.size(); i++) {
            byBackbone.computeIfAbsent(jobs.get(i).backbone(), key -> new ArrayList<>()).add(i);
        }
        Embedded[] results = new Embedded[jobs.size()];
        List<Callable<Void>> chunks = new ArrayList<>();
        byBackbone.forEach((backbone, indexes) -> {
            int inputCountMax = 1 + indexes.stream().mapToInt(index -> jobs.get(index).views().size()).max().orElse(0);
            int from = 0;
            for (int size : chunkSizes(indexes.size(), threadCount, Math.max(1, batchSize / inputCountMax))) {
                List<Integer> chunk = indexes.subList(from, from + size);
                chunks.add(() -> embedChunk(backbone, jobs, chunk, results));
                from += size;
            }
        });
        runAll(chunks);
        return List.of(results);
    }

    /**
     * Smaller chunks towards the end, down to a quarter, so that the threads end at about the same time; of few jobs each
     * thread
     * gets its share.
     */
    static List<Integer> chunkSizes(int count, int threadCount, int sizeMax) {
        int sizeMin = Math.max(1, Math.min(sizeMax / 4, (count + threadCount - 1) / threadCount));
        List<Integer> sizes = new ArrayList<>();
        for (int remaining = count; remaining > 0; remaining -= sizes.get(sizes.size() - 1)) {
            int share = Math.min(sizeMax, Math.max(sizeMin, remaining / (2 * threadCount)));
            sizes.add(Math.min(remaining, share));
        }
        return sizes;
    }

    /**
     * Applies a function to all on the pool's threads.
     *
     * @return in order
     */
    <T, R> List<R> map(List<T> items, Function<T, R> function) {
        int size = Math.max(1, (items.size() + threadCount - 1) / threadCount);
        List<Callable<List<R>>> slices = new ArrayList<>();
        for (int from = 0; from < items.size(); from += size) {
            List<T> slice = items.subList(from, Math.min(from + size, items.size()));
            slices.add(() -> slice.stream().map(function).collect(Collectors.toList()));
        }
        return runAll(slices).stream().flatMap(List::stream).toList();
    }

    private Void embedChunk(Backbone backbone, List<Job> jobs, List<Integer> chunk, Embedded[] results) {
        List<Integer> prepared = new ArrayList<>(chunk.size());
        List<byte[]> inputs = new ArrayList<>(chunk.size());
        for (int index : chunk) {
            try {
                inputs.addAll(backbone.prepare(jobs.get(index).content(), jobs.get(index).views()));
                prepared.add(index);
            } catch (Problem e) {
                results[index] = new Embedded.Refused(e);
            }
        }
        List<Embedding> embeddings = embedInputs(backbone, inputs);
        int next = 0;
        for (int index : prepared) {
            int end = next + 1 + jobs.get(index).views().size();
            results[index] = new Embedded.Done(List.copyOf(embeddings.subList(next, end)));
            next = end;
        }
        return null;
    }

    /** In passes of the batch size: one image with its views may be more. */
    private List<Embedding> embedInputs(Backbone backbone, List<byte[]> inputs) {
        List<Embedding> embeddings = new ArrayList<>(inputs.size());
        for (int from = 0; from < inputs.size(); from += batchSize) {
            float[][] features = workers.get().computeIfAbsent(backbone, key -> key.openWorker(batchSize))
                    .embed(inputs.subList(from, Math.min(from + batchSize, inputs.size())));
            for (float[] feature : features) {
                embeddings.add(new Embedding(feature));
            }
        }
        return embeddings;
    }

    private <T> List<T> runAll(List<Callable<T>> tasks) {
        try {
            List<T> results = new ArrayList<>(tasks.size());
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.broken("EMBEDDING_INTERRUPTED", "embedding was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Problem problem) {
                throw problem;
            }
            throw Problem.broken("EMBEDDING_FAILED", "the backbone failed: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < threadCount; i++) {
            threads.execute(() -> {
                workers.get().values().forEach(BackboneWorker::close);
                workers.remove();
            });
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
