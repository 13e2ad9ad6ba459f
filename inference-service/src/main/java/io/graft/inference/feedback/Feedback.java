package io.graft.inference.feedback;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;

import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.inference.prediction.Prediction;
import io.graft.inference.prediction.PredictionIds;
import io.graft.inference.prediction.PredictionObserver;
import io.graft.model.ModelKey;
import io.graft.problem.Problem;
import io.graft.sample.Label;
import io.graft.sample.SampleContent;
import io.graft.sample.SampleKey;

/**
 * The way of a prediction back to the samples. The replica that answered remembers the content; a replica that is asked about
 * another one's prediction hands the feedback on by topic.
 */
public final class Feedback implements PredictionObserver {

    private final Topics topics;
    private final PredictionIds ids;
    private final RecentPredictions recent;
    private final LabellingCandidates candidates;
    private final EventWriter events;
    private final WaitingEvents waiting;
    private final FeedbackMetrics metrics;
    private final InstantSource clock;

    Feedback(Topics topics, PredictionIds ids, RecentPredictions recent, LabellingCandidates candidates, EventWriter events,
            WaitingEvents waiting, FeedbackMetrics metrics, InstantSource clock) {
        this.topics = topics;
        this.ids = ids;
        this.recent = recent;
        this.candidates = candidates;
        this.events = events;
        this.waiting = waiting;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Which event was written.
     *
     * @param topic {@code labelled-samples}, or {@code prediction-feedback} for a prediction of another replica
     */
    public record Accepted(String topic, String key) {
    }

    @Override
    public void predicted(Prediction prediction, SampleContent content) {
        SamplePayload.of(content).map(payload -> RecentPrediction.of(prediction, payload)).ifPresent(known -> {
            recent.remember(known);
            candidates.consider(known, prediction);
        });
    }

    /**
     * Takes the right label of a prediction.
     *
     * @return ends when the broker has it, or with BUSY when the broker does not take the event in time
     * @throws Problem INVALID for what is no id of a prediction, MISSING for a prediction of this replica that is not
     *         remembered, BUSY when too many wait for the broker already
     */
    public CompletionStage<Accepted> give(TaskId task, String predictionId, Label label) {
        if (!ids.isOwn(predictionId)) {
            return waiting.write(new ProducerRecord<>(topics.predictionFeedback(), Topics.keyBytes(predictionId),
                    Json.write(new FeedbackEvent(predictionId, task, label.value()))))
                    .thenApply(written -> new Accepted(topics.predictionFeedback(), predictionId));
        }
        RecentPrediction known = known(task, predictionId);
        Accepted accepted = new Accepted(topics.labelledSamples(), key(known).toString());
        return waiting.write(sample(known, label, clock.millis())).thenApply(written -> {
            judge(known, label);
            return accepted;
        });
    }

    /**
     * Takes what another replica was told of a prediction, if this one gave it.
     *
     * @param timestampMs when that replica was told, in ms since 1970: of two labels of a sample the one that was given later
     *        counts, also where this event is taken again after a failure
     * @return whether this replica gave the prediction
     * @throws Problem MISSING for a prediction of this replica that is not remembered, INVALID for what is no label or a
     *         content that {@code labelled-samples} does not take, BUSY when the broker does not take the sample in time
     */
    boolean take(FeedbackEvent event, long timestampMs) {
        if (!ids.isOwn(event.predictionId())) {
            return false;
        }
        RecentPrediction known = known(event.task(), event.predictionId());
        Label label = new Label(event.label());
        events.write(sample(known, label, timestampMs));
        judge(known, label);
        return true;
    }

    private RecentPrediction known(TaskId task, String predictionId) {
        return recent.find(predictionId).filter(prediction -> prediction.task().equals(task))
                .orElseThrow(() -> Problem.missing("PREDICTION_UNKNOWN", "prediction '" + predictionId + "' of task '" + task
                        + "' is not remembered (expected: one of the last; send its content to labelled-samples instead)"));
    }

    /** The prediction's content with its right label, as {@code labelled-samples} takes it. */
    private ProducerRecord<byte[], byte[]> sample(RecentPrediction prediction, Label label, long timestampMs) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topics.labelledSamples(), null, timestampMs,
                key(prediction).toBytes(), prediction.payload().bytes());
        record.headers().add("label", utf8(label.value())).add("content-type", utf8(prediction.payload().contentType()))
                .add("prediction-id", utf8(prediction.predictionId()));
        return record;
    }

    private static SampleKey key(RecentPrediction prediction) {
        return new SampleKey(prediction.task(), prediction.payload().sampleId());
    }

    /** Counts whether the answer was right, once for each prediction. */
    private void judge(RecentPrediction prediction, Label label) {
        if (recent.judge(prediction.predictionId())) {
            metrics.judged(new ModelKey(prediction.task(), prediction.version()), prediction.label().equals(label.value()));
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
