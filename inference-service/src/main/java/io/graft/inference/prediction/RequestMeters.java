package io.graft.inference.prediction;

import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.graft.inference.metrics.Series;
import io.graft.inference.prediction.PredictionListener.Outcome;
import io.micrometer.core.instrument.Counter;

/** The requests of one version by how they ended. */
final class RequestMeters {

    private final Series series;
    private final ConcurrentMap<Outcome, Counter> outcomes = new ConcurrentHashMap<>();

    RequestMeters(Series series) {
        this.series = series;
        outcomes.put(Outcome.OK, counter(Outcome.OK));
    }

    void count(Outcome outcome) {
        Counter counter = outcomes.get(outcome);
        if (counter == null) {
            counter = outcomes.computeIfAbsent(outcome, this::counter);
        }
        counter.increment();
    }

    private Counter counter(Outcome outcome) {
        return series.add(Counter.builder("graft.predictions").tag("outcome", outcome.name().toLowerCase(Locale.ROOT)));
    }
}
