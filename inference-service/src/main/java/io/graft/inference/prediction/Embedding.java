package io.graft.inference.prediction;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.graft.inference.serving.Model;
import io.graft.problem.Problem;

/** From the inputs of a request to their features: decoded on the caller's thread, embedded in the backbone's batches. */
final class Embedding {

    private final Decoding decoding;
    private final Batchers batchers;

    Embedding(Decoding decoding, Batchers batchers) {
        this.decoding = decoding;
        this.batchers = batchers;
    }

    /**
     * Embeds every input of a request.
     *
     * @param inputs read on this thread, once a core is free; may refuse with a problem of its own
     * @return a feature for each, [dimension]
     * @throws Problem INVALID for an input that the model's backbone cannot take, BUSY when there is no room in time, BROKEN
     *         when the backbone fails
     */
    List<float[]> features(Model model, Function<Model, List<PredictionInput>> inputs, Deadline deadline)
            throws InterruptedException {
        List<CompletableFuture<float[]>> submitted = new ArrayList<>();
        try {
            submit(model, inputs, deadline, submitted);
            List<float[]> features = new ArrayList<>(submitted.size());
            for (CompletableFuture<float[]> feature : submitted) {
                features.add(await(feature, deadline));
            }
            return features;
        } finally {
            submitted.forEach(feature -> feature.cancel(false));
        }
    }

    /** Embeds what was decoded already, and keeps the feature maps. @throws Problem BUSY and BROKEN as of {@link #features} */
    MappedFeature mapped(Model model, byte[] input, Deadline deadline) throws InterruptedException {
        CompletableFuture<MappedFeature> submitted = batchers.submitMapped(model.backbone(), input,
                model.tail());
        deadline.patience().atEnd(() -> submitted.cancel(false));
        try {
            return await(submitted, deadline);
        } finally {
            submitted.cancel(false);
        }
    }

    /** Decodes one input after the other; the backbone begins with the first while the next is decoded. */
    private void submit(Model model, Function<Model, List<PredictionInput>> inputs, Deadline deadline,
            List<CompletableFuture<float[]>> submitted) throws InterruptedException {
        for (PredictionInput input : decoding.run(deadline, () -> inputs.apply(model))) {
            CompletableFuture<float[]> feature = submit(model, input, deadline);
            submitted.add(feature);
            deadline.patience().atEnd(() -> feature.cancel(false));
        }
    }

    private CompletableFuture<float[]> submit(Model model, PredictionInput input, Deadline deadline)
            throws InterruptedException {
        if (deadline.remainingNanos() <= 0) {
            throw deadline.missed("decoding");
        }
        if (input instanceof PredictionInput.Content content) {
            return batchers.submit(model.backbone(),
                    decoding.run(deadline, () -> model.backbone().prepare(content.content())), model.tail());
        }
        float[] feature = ((PredictionInput.Feature) input).values();
        if (model.tail().isPresent()) {
            throw Problem.invalid("FEATURE_UNSUPPORTED", "version " + model.card().version() + " of task '"
                    + model.card().task() + "' takes no features: it has trained blocks of backbone '"
                    + model.card().backbone().id() + "', which make other ones (expected: the sample itself)");
        }
        if (feature.length != model.head().dimension()) {
            throw Problem.invalid("FEATURE_DIMENSION_WRONG", "feature has " + feature.length + " numbers (expected: "
                    + model.head().dimension() + ", as the backbone '" + model.card().backbone().id() + "' makes them)");
        }
        return CompletableFuture.completedFuture(feature);
    }

    private static <T> T await(CompletableFuture<T> feature, Deadline deadline) throws InterruptedException {
        try {
            return feature.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw deadline.missed("the backbone");
        } catch (CancellationException e) {
            throw Patience.cancelled();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Problem problem) {
                throw problem;
            }
            throw Problem.broken("BACKBONE_FAILED", "backbone failed", e);
        }
    }
}
