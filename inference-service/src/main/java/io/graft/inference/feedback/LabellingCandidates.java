package io.graft.inference.feedback;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.Executor;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.inference.metrics.OwnedMeters;
import io.graft.inference.metrics.Owners;
import io.graft.inference.metrics.Series;
import io.graft.inference.prediction.Prediction;
import io.graft.sample.SampleKey;
import io.micrometer.core.instrument.Counter;

/**
 * Asks people about uncertain predictions: the content goes to {@code labelling-candidates}, with all that it takes to send it
 * to {@code labelled-samples} but the header {@code label}. Thread-safe.
 */
final class LabellingCandidates {

    private final Topics topics;
    private final LabellingCandidatesConfig config;
    private final EventSink events;
    private final EventRoom room;
    private final Executor thread;
    private final OwnedMeters<TaskId, Counters> counters;
    private final InstantSource clock;
    private final MinuteCounts counts = new MinuteCounts();

    private record Counters(Counter sent, Counter limited, Counter failed) {

        Counters(Series series) {
            this(series.add(counter("sent")), series.add(counter("limited")), series.add(counter("failed")));
        }

        private static Counter.Builder counter(String outcome) {
            return Counter.builder("graft.labelling.candidates").tag("outcome", outcome);
        }
    }

    /**
     * @param room of the candidates that wait for the broker; further ones are left out
     * @param thread where candidates are digested and written, so that no prediction waits for the broker
     */
    LabellingCandidates(Topics topics, LabellingCandidatesConfig config, EventSink events, EventRoom room, Executor thread,
            Owners<TaskId> tasks, InstantSource clock) {
        this.topics = topics;
        this.config = config;
        this.events = events;
        this.room = room;
        this.thread = thread;
        this.counters = tasks.meters(Counters::new);
        this.clock = clock;
    }

    void consider(RecentPrediction known, Prediction prediction) {
        boolean isUncertain = prediction.probability() < config.probabilityBelow() || prediction.unknown().orElse(false);
        if (!config.enabled() || !isUncertain) {
            return;
        }
        if (counts.next(known.task(), clock.instant()) > config.perMinuteMax()) {
            counters.of(known.task()).limited.increment();
        } else {
            send(known, prediction);
        }
    }

    private void send(RecentPrediction known, Prediction prediction) {
        TaskId task = known.task();
        long sizeBytes = known.payload().sizeBytes();
        if (!room.enter(sizeBytes)) {
            written(task, false);
            return;
        }
        thread.execute(() -> {
            try {
                events.send(candidate(known, prediction), written -> written(task, written));
            } finally {
                room.leave(sizeBytes);
            }
        });
    }

    private ProducerRecord<byte[], byte[]> candidate(RecentPrediction known, Prediction prediction) {
        SampleKey key = new SampleKey(known.task(), known.payload().sampleId());
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topics.labellingCandidates(), key.toBytes(),
                known.payload().bytes());
        Headers headers = record.headers();
        add(headers, "content-type", known.payload().contentType());
        add(headers, "prediction-id", known.predictionId());
        add(headers, "version", known.version().toString());
        add(headers, "predicted-label", prediction.label());
        add(headers, "probability", Float.toString(prediction.probability()));
        return record;
    }

    private static void add(Headers headers, String name, String text) {
        headers.add(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private void written(TaskId task, boolean written) {
        Counters all = counters.of(task);
        (written ? all.sent : all.failed).increment();
    }
}
