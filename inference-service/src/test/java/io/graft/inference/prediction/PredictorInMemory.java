package io.graft.inference.prediction;

import java.time.Duration;
import java.util.Map;

import io.graft.backbone.Backbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.serving.Model;
import io.graft.inference.serving.ServingTable;
import io.graft.trace.Tracing;

/** A predictor that tells nobody, for the tests of the doors in front of it. */
public final class PredictorInMemory implements AutoCloseable {

    private final Batchers batchers;
    private final Predictor predictor;

    public PredictorInMemory(Backbone backbone, ServingTable table) {
        this.batchers = new Batchers(Map.of(backbone.descriptor().sha256(),
                Batcher.start(backbone, new BatcherLimits(1, 4, 4), new Cores(1, 0), (batchSize, nanos) -> {
                }, Tracing.OFF)));
        this.predictor = new Predictor(table, batchers, new Cores(1, 1), Duration.ofSeconds(30), 64,
                (model, outcome, nanos) -> {
                }, new SilentListener(), new PredictionIds("replica-1"), (prediction, content) -> {
                }, Tracing.OFF, () -> ModelEvents.REQUESTED_AT);
    }

    public Predictor predictor() {
        return predictor;
    }

    static final class SilentListener implements AnswerListener {

        @Override
        public void answered(Model model, float[] feature, float[] probabilities) {
        }

        @Override
        public void shadowed(Model serving, float[] answer, Model shadow, float[] shadowAnswer) {
        }
    }

    @Override
    public void close() {
        batchers.close();
    }
}
