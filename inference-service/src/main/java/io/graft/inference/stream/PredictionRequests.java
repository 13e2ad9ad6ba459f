package io.graft.inference.stream;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

import io.graft.event.DeadLetter;
import io.graft.event.Envelope;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.prediction.MemoryShortage;
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

    private static final Set<String> HEADERS_OF_THE_CONTENT = Set.of("content-type", "task", "version");
    private static final String CLOUD_EVENTS_PREFIX = "ce_";
    private static final Duration PAUSE_BEFORE_A_TRY = Duration.ofMillis(200);

    private final Topics topics;
    private final SampleContentCodec codec;
    private final Predictor predictor;
    private final int memoryTryCountMax;
    private final Tracing tracing;

    /** @param memoryTryCountMax how often a request may find no memory when it is tried alone */
    PredictionRequests(Topics topics, SampleContentCodec codec, Predictor predictor, int memoryTryCountMax, Tracing tracing) {
        this.topics = topics;
        this.codec = codec;
        this.predictor = predictor;
        this.memoryTryCountMax = memoryTryCountMax;
        this.tracing = tracing;
    }

    /**
     * Answers a request: a prediction with the request's key and those of its headers that do not belong to its content, in
     * the request's trace, or a dead letter.
     *
     * @throws Problem BUSY or BROKEN when it is not the request's fault
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

    /**
     * Answers a request that found no memory beside others. One that finds none alone either ends as a dead letter: it would
     * hold up everything behind it for ever.
     *
     * @throws Problem as of {@link #answer}, for another reason
     */
    ProducerRecord<byte[], byte[]> answerAlone(ConsumerRecord<byte[], byte[]> record) {
        for (int triedCount = 1;; triedCount++) {
            LockSupport.parkNanos(PAUSE_BEFORE_A_TRY.toNanos());
            try {
                return answer(record);
            } catch (Problem e) {
                if (!isShortOfMemory(e)) {
                    throw e;
                }
                if (triedCount == memoryTryCountMax) {
                    return DeadLetter.of(record,
                            Problem.busy(e.code(), e.sentence() + "; it was tried alone " + triedCount + " times"));
                }
            }
        }
    }

    static boolean isShortOfMemory(Problem problem) {
        return problem.code().equals(MemoryShortage.CODE);
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
