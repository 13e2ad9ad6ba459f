package io.graft.inference.prediction;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

import io.graft.inference.metrics.Owners;
import io.graft.inference.metrics.Series;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;

/** What is measured of the answers of one version; what not every version needs is made when it is first needed. */
final class AnswerMeters {

    private static final double[] CONFIDENCES = { 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99 };
    private static final double[] DISTANCES = { 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5, 10 };
    private static final double DISTANCE_MAX = 1000;

    private final Series series;
    private final DistributionSummary confidence;
    private final DistributionSummary distance;
    private final AtomicReferenceArray<Counter> labels;
    private volatile @Nullable Counter unknown;
    private volatile @Nullable Counter same;
    private volatile @Nullable Counter other;

    /** @param labelCountMax labels with a series of their own */
    AnswerMeters(Series series, int labelCountMax) {
        this.series = series;
        this.confidence = series.add(DistributionSummary.builder("graft.prediction.confidence")
                .description("Probability of the label that is answered").serviceLevelObjectives(CONFIDENCES));
        this.distance = series.add(DistributionSummary.builder("graft.feature.distance")
                .description("From a feature to the training features, about 1 for features like those")
                .serviceLevelObjectives(DISTANCES));
        this.labels = new AtomicReferenceArray<>(series.isShared() ? 1 : labelCountMax + 1);
    }

    void confidence(float probability) {
        confidence.record(probability);
    }

    /**
     * @param label its place among the version's labels; those beyond the bound, and all where versions share series, are one
     */
    void label(int label, List<String> names) {
        int last = labels.length() - 1;
        int index = Math.min(label, last);
        Counter counter = labels.get(index);
        if (counter == null) {
            counter = series.add(Counter.builder("graft.prediction.labels").tag("label",
                    index == last ? Owners.OTHER : names.get(index)));
            labels.set(index, counter);
        }
        counter.increment();
    }

    /** One that is farther than any input of a kind counts as just as far: a sum of larger numbers would hide all others. */
    void distance(double value) {
        if (Double.isFinite(value)) {
            distance.record(Math.min(value, DISTANCE_MAX));
        }
    }

    void unknown() {
        Counter counter = unknown;
        if (counter == null) {
            counter = series.add(Counter.builder("graft.predictions.unknown"));
            unknown = counter;
        }
        counter.increment();
    }

    /** What a shadow would have answered is the label of the version that serves. */
    void sameAsServing() {
        Counter counter = same;
        if (counter == null) {
            counter = shadow("same");
            same = counter;
        }
        counter.increment();
    }

    void otherThanServing() {
        Counter counter = other;
        if (counter == null) {
            counter = shadow("other");
            other = counter;
        }
        counter.increment();
    }

    private Counter shadow(String answer) {
        return series.add(Counter.builder("graft.shadow.predictions").tag("answer", answer));
    }
}
