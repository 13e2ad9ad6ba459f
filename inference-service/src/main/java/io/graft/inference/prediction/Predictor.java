package io.graft.inference.prediction;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.prediction.Prediction.LabelProbability;
import io.graft.inference.prediction.PredictionListener.Outcome;
import io.graft.inference.serving.Model;
import io.graft.inference.serving.ServingTable;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

/**
 * The one path from a content to a prediction, behind every door.
 * <p>
 * Decoding runs on the caller's thread, on as many at once as there are permits; the forward pass runs in the backbone's
 * batcher. Every request that a version was found for is counted once: requests = ok + invalid + busy + broken.
 */
public final class Predictor {

    private final ServingTable table;
    private final Batchers batchers;
    private final Semaphore decodes;
    private final Duration limit;
    private final PredictionListener listener;
    private final InstantSource clock;

    /**
     * @param decodeCountMax contents that are decoded at once
     * @param limit of one request, waiting included
     */
    Predictor(ServingTable table, Batchers batchers, int decodeCountMax, Duration limit, PredictionListener listener,
            InstantSource clock) {
        this.table = table;
        this.batchers = batchers;
        this.decodes = new Semaphore(decodeCountMax);
        this.limit = limit;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * Predicts.
     *
     * @param version absent: the one that serves
     * @param content read on this thread, once a version is found and a permit is free; may refuse with a problem of its own
     * @param top how many labels to answer, 1 or more
     * @throws Problem MISSING without such a task or version, INVALID for a content that the version cannot take, BUSY when
     *         there is no room in time, BROKEN when the backbone fails
     */
    public Prediction predict(TaskId task, Optional<ModelVersion> version, Supplier<SampleContent> content, int top) {
        Model model = table.model(task, version);
        long startNanos = System.nanoTime();
        Outcome outcome = Outcome.BROKEN;
        try {
            float[] feature = feature(model, content, startNanos + limit.toNanos());
            Prediction prediction = prediction(model, feature, top);
            outcome = Outcome.OK;
            return prediction;
        } catch (Problem e) {
            outcome = outcome(e);
            throw e;
        } finally {
            listener.predicted(model.card(), outcome, System.nanoTime() - startNanos);
        }
    }

    private static Outcome outcome(Problem problem) {
        return switch (problem.type()) {
            case INVALID, MISSING -> Outcome.INVALID;
            case BUSY -> Outcome.BUSY;
            case BROKEN -> Outcome.BROKEN;
        };
    }

    private float[] feature(Model model, Supplier<SampleContent> content, long deadlineNanos) {
        try {
            byte[] input = decode(model, content, deadlineNanos);
            CompletableFuture<float[]> feature = batchers.submit(model.backbone(), input);
            return await(feature, deadlineNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy("PREDICTION_INTERRUPTED", "prediction was interrupted (expected: another replica)");
        }
    }

    private byte[] decode(Model model, Supplier<SampleContent> content, long deadlineNanos) throws InterruptedException {
        if (!decodes.tryAcquire(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw timeout("decoding");
        }
        try {
            return model.backbone().prepare(content.get());
        } finally {
            decodes.release();
        }
    }

    private float[] await(CompletableFuture<float[]> feature, long deadlineNanos) throws InterruptedException {
        try {
            return feature.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            feature.cancel(false);
            throw timeout("the backbone");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Problem problem) {
                throw problem;
            }
            throw Problem.broken("BACKBONE_FAILED", "backbone failed", e);
        }
    }

    private Problem timeout(String stage) {
        return Problem.busy("PREDICTION_TIMEOUT", "prediction has waited " + limit.toMillis() + " ms for " + stage
                + " (expected: fewer requests at once, or more replicas)");
    }

    private Prediction prediction(Model model, float[] feature, int top) {
        float[] probabilities = model.head().probabilities(feature);
        List<String> labels = model.head().labels();
        List<LabelProbability> sorted = IntStream.range(0, probabilities.length)
                .mapToObj(row -> new LabelProbability(labels.get(row), probabilities[row]))
                .sorted(Comparator.comparing(LabelProbability::probability).reversed())
                .limit(top).toList();
        LabelProbability best = sorted.get(0);
        return new Prediction(UUID.randomUUID().toString(), model.card().task(), model.card().version(), best.label(),
                best.probability(), sorted, clock.instant());
    }
}
