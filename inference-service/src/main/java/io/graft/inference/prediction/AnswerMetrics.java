package io.graft.inference.prediction;

import jakarta.inject.Singleton;

import io.graft.inference.metrics.MetricsConfig;
import io.graft.inference.metrics.OwnedMeters;
import io.graft.inference.metrics.Owners;
import io.graft.inference.serving.Model;
import io.graft.inference.serving.ModelCard;
import io.graft.model.ModelKey;

/** What versions answer, in the metrics: whether the world is still that of their training, and how often a shadow agrees. */
@Singleton
final class AnswerMetrics implements AnswerListener {

    private final OwnedMeters<ModelKey, AnswerMeters> meters;

    AnswerMetrics(Owners<ModelKey> versions, MetricsConfig config) {
        int labelCountMax = config.labelCountMax();
        this.meters = versions.meters(series -> new AnswerMeters(series, labelCountMax));
    }

    @Override
    public void answered(Model model, float[] feature, float[] probabilities) {
        ModelCard card = model.card();
        AnswerMeters version = meters.of(card.key());
        int label = Answers.likeliest(probabilities);
        version.confidence(probabilities[label]);
        version.label(label, card.labels());
        model.features().ifPresent(features -> version.distance(features.distance(feature)));
        if (card.unknown().isPresent() && probabilities[label] < card.unknown().get().threshold()) {
            version.unknown();
        }
    }

    @Override
    public void shadowed(Model serving, float[] answer, Model shadow, float[] shadowAnswer) {
        AnswerMeters version = meters.of(shadow.card().key());
        version.confidence(shadowAnswer[Answers.likeliest(shadowAnswer)]);
        if (label(serving, answer).equals(label(shadow, shadowAnswer))) {
            version.sameAsServing();
        } else {
            version.otherThanServing();
        }
    }

    private static String label(Model model, float[] probabilities) {
        return model.head().labels().get(Answers.likeliest(probabilities));
    }
}
