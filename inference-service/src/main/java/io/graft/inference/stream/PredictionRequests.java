package io.graft.inference.stream;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.event.DeadLetter;
import io.graft.event.Envelope;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.prediction.Prediction;
import io.graft.inference.prediction.Predictor;
import io.graft.inference.serving.ModelChoice;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.sample.SampleContentCodec;
import io.graft.trace.RecordTrace;
import io.graft.trace.Step;
import io.graft.trace.Tracing;

/** A record of {@code prediction-requests} to the record that answers it. Thread-safe. */
final class PredictionRequests {

    private static final Logger LOG = LoggerFactory.getLogger(PredictionRequests.class);
    private static final String UNFORESEEN = "PREDICTION_BROKEN";
    private static final Set<String> HEADERS_OF_THE_CONTENT = Set.of("content-type", "task", "version");
    private static final String CLOUD_EVENTS_PREFIX = "ce_";

    private final Topics topics;
    private final SampleContentCodec codec;
    private final Predictor predictor;
    private final Tracing tracing;

    PredictionRequests(Topics topics, SampleContentCodec codec, Predictor predictor, Tracing tracing) {
        this.topics = topics;
        this.codec = codec;
        this.predictor = predictor;
        this.tracing = tracing;
    }

    /**
     * Answers a request: a prediction with the request's key and those of its headers that do not belong to its content, in
     * the request's trace, or a dead letter.
     *
     * @throws Problem BUSY when there is no room or no memory, BROKEN when something fails that the request does not tell of:
     *         {@code PREDICTION_BROKEN} where nobody has foreseen it
     */
    ProducerRecord<byte[], byte[]> answer(ConsumerRecord<byte[], byte[]> record) {
        try (Step step = tracing.isOn() ? tracing.process(record) : Step.NONE) {
            return answer(record, step);
        }
    }

    private ProducerRecord<byte[], byte[]> answer(ConsumerRecord<byte[], byte[]> record, Step step) {
        Prediction prediction;
        try {
            prediction = predict(Envelope.open(record), key(record));
        } catch (Problem e) {
            step.fail(e.code());
            if (e.type() == ProblemType.INVALID || e.type() == ProblemType.MISSING) {
                return DeadLetter.of(record, e);
            }
            throw e;
        } catch (RuntimeException e) {
            LOG.error("Prediction broke topic={} partition={} offset={}", record.topic(), record.partition(), record.offset(),
                    e);
            step.fail(UNFORESEEN);
            throw Problem.broken(UNFORESEEN, "prediction request broke: " + e, e);
        }
        ProducerRecord<byte[], byte[]> answer = new ProducerRecord<>(topics.predictions(), record.key(),
                Json.write(prediction));
        for (Header header : record.headers()) {
            String name = header.key().toLowerCase(Locale.ROOT);
            if (!HEADERS_OF_THE_CONTENT.contains(name) && !name.startsWith(CLOUD_EVENTS_PREFIX)) {
                answer.headers().add(header);
            }
        }
        RecordTrace.write(answer);
        return answer;
    }

    private static Optional<String> key(ConsumerRecord<byte[], byte[]> record) {
        return Optional.ofNullable(record.key()).map(key -> new String(key, StandardCharsets.UTF_8));
    }

    private Prediction predict(Envelope request, Optional<String> key) {
        if (request.isTombstone()) {
            throw Problem.invalid("PREDICTION_REQUEST_INVALID", "prediction request is empty (expected: a content)");
        }
        TaskId task = request.attribute("task").map(TaskId::new)
                .orElseThrow(() -> Problem.invalid("PREDICTION_REQUEST_INVALID",
                        "prediction request has no task (expected: header task or ce_task)"));
        Optional<ModelVersion> version = request.attribute("version").map(ModelVersion::parse);
        ModelChoice choice = new ModelChoice(task, version, request.attribute("routing-key").or(() -> key));
        return predictor.predict(choice, () -> codec.parse(request.contentType(), request.body()).content(),
                Integer.MAX_VALUE);
    }
}
