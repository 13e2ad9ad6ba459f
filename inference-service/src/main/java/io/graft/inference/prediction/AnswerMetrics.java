package io.graft.inference.prediction;

import jakarta.inject.Singleton;

import io.graft.inference.serving.Model;
import io.graft.inference.serving.ModelCard;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;

/** What versions answer, in the metrics: whether the world is still that of their training, and how often a shadow agrees. */
@Singleton
final class AnswerMetrics implements AnswerListener {

    private static final double[] CONFIDENCES = { 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99 };
    private static final double[] DISTANCES = { 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5, 10 };
    /** Labels of a version with a series of their own. */
    private static final int LABEL_COUNT_MAX = 100;
    private static final String OTHER_LABELS = "_other";

    private final MeterRegistry registry;

    AnswerMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void answered(Model model, float[] feature, float[] probabilities) {
        ModelCard card = model.card();
        int label = Answers.likeliest(probabilities);
        confidence(card, probabilities[label]);
        registry.counter("graft.prediction.labels", "task", card.task().value(), "version", card.version().toString(), "label",
                label < LABEL_COUNT_MAX ? card.labels().get(label) : OTHER_LABELS).increment();
        model.features().ifPresent(features -> distance(card, features.distance(feature)));
        card.unknown().filter(unknown -> probabilities[label] < unknown.threshold())
                .ifPresent(unknown -> registry.counter("graft.predictions.unknown", "task", card.task().value(), "version",
                        card.version().toString()).increment());
    }

    @Override
    public void shadowed(Model serving, float[] answer, Model shadow, float[] shadowAnswer) {
        confidence(shadow.card(), shadowAnswer[Answers.likeliest(shadowAnswer)]);
        boolean same = label(serving, answer).equals(label(shadow, shadowAnswer));
        registry.counter("graft.shadow.predictions", "task", shadow.card().task().value(), "version",
                shadow.card().version().toString(), "answer", same ? "same" : "other").increment();
    }

    private void distance(ModelCard card, double distance) {
        DistributionSummary.builder("graft.feature.distance")
                .description("From a feature to the training features, about 1 for features like those")
                .tag("task", card.task().value()).tag("version", card.version().toString())
                .serviceLevelObjectives(DISTANCES).register(registry).record(distance);
    }

    private void confidence(ModelCard card, float probability) {
        DistributionSummary.builder("graft.prediction.confidence").description("Probability of the label that is answered")
                .tag("task", card.task().value()).tag("version", card.version().toString())
                .serviceLevelObjectives(CONFIDENCES).register(registry)
                .record(probability);
    }

    private static String label(Model model, float[] probabilities) {
        return model.head().labels().get(Answers.likeliest(probabilities));
    }
}
