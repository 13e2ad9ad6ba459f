package io.graft.trainer.rest;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

import io.graft.event.Topics;
import io.graft.event.UnwrittenEvent;
import io.graft.problem.Problem;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.KafkaRecord;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;

/**
 * Writes the events of the REST door, and answers when the broker has them: at most {@value #SEND_COUNT_MAX} may be on their
 * way, fewer than there are HTTP workers, so that others are left for other calls while the broker is away.
 */
@Singleton
class EventDoor {

    static final int SEND_COUNT_MAX = 100;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Map<String, Object> kafka;
    private final Topics topics;
    private final MutinyEmitter<byte[]> samples;
    private final MutinyEmitter<byte[]> requests;
    private final MutinyEmitter<byte[]> promotions;
    private final MutinyEmitter<byte[]> policies;
    private final MutinyEmitter<byte[]> progress;
    private final Semaphore places = new Semaphore(SEND_COUNT_MAX);

    @Inject
    EventDoor(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics,
            @Channel("labelled-samples") MutinyEmitter<byte[]> samples,
            @Channel("train-requests") MutinyEmitter<byte[]> requests,
            @Channel("promotions") MutinyEmitter<byte[]> promotions,
            @Channel("training-policies") MutinyEmitter<byte[]> policies,
            @Channel("training-progress") MutinyEmitter<byte[]> progress) {
        this.kafka = kafka;
        this.topics = topics;
        this.samples = samples;
        this.requests = requests;
        this.promotions = promotions;
        this.policies = policies;
        this.progress = progress;
    }

    Accepted sample(String key, Map<String, String> headers, byte @Nullable [] value) {
        RecordHeaders kafkaHeaders = new RecordHeaders();
        headers.forEach((name, text) -> kafkaHeaders.add(name, text.getBytes(StandardCharsets.UTF_8)));
        return send(samples, topics.labelledSamples(), key, kafkaHeaders, value);
    }

    Accepted trainRequest(String key, byte[] value) {
        return send(requests, topics.trainRequests(), key, new RecordHeaders(), value);
    }

    Accepted promotion(String key, byte[] value) {
        return send(promotions, topics.promotions(), key, new RecordHeaders(), value);
    }

    Accepted trainingPolicy(String key, byte @Nullable [] value) {
        return send(policies, topics.trainingPolicies(), key, new RecordHeaders(), value);
    }

    Accepted trainingProgress(String key, byte[] value) {
        return send(progress, topics.trainingProgress(), key, new RecordHeaders(), value);
    }

    /**
     * An event keeps its place until Kafka's client is done with it, which may be after the answer that it was not in time.
     *
     * @throws Problem INVALID when the topic takes no event of this size, BROKEN when none from this user, BUSY when not in
     *         time, or when too many are on their way
     */
    private Accepted send(MutinyEmitter<byte[]> channel, String topic, String key, RecordHeaders headers,
            byte @Nullable [] value) {
        Message<byte[]> message = KafkaRecord.<byte[], byte[]> of(key.getBytes(StandardCharsets.UTF_8), value)
                .addMetadata(OutgoingKafkaRecordMetadata.<byte[]> builder()
                        .withKey(key.getBytes(StandardCharsets.UTF_8)).withHeaders(headers).build());
        if (!places.tryAcquire()) {
            throw Problem.busy("BROKER_BUSY", SEND_COUNT_MAX + " events are on their way to the broker"
                    + " (expected: fewer at once, and a broker that answers)");
        }
        try {
            channel.sendMessage(message).onItemOrFailure().invoke(places::release).memoize().indefinitely().await()
                    .atMost(LIMIT);
            return new Accepted(topic, key);
        } catch (RecordTooLargeException e) {
            throw Problem.invalid("SAMPLE_TOO_LARGE", "the topic takes no event of this size: " + e.getMessage()
                    + " (expected: a smaller one, or a larger max.message.bytes of the topic)", e);
        } catch (TimeoutException | KafkaException e) {
            throw UnwrittenEvent.problem(topic, e, kafka, LIMIT);
        }
    }
}
