package io.graft.trainer.rest;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

import io.graft.event.Topics;
import io.graft.problem.Problem;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.KafkaRecord;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;

/** Writes the events of the REST door, and answers when the broker has them. */
@Singleton
class EventDoor {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Topics topics;
    private final MutinyEmitter<byte[]> samples;
    private final MutinyEmitter<byte[]> requests;
    private final MutinyEmitter<byte[]> promotions;
    private final MutinyEmitter<byte[]> progress;

    @Inject
    EventDoor(Topics topics, @Channel("labelled-samples") MutinyEmitter<byte[]> samples,
            @Channel("train-requests") MutinyEmitter<byte[]> requests,
            @Channel("promotions") MutinyEmitter<byte[]> promotions,
            @Channel("training-progress") MutinyEmitter<byte[]> progress) {
        this.topics = topics;
        this.samples = samples;
        this.requests = requests;
        this.promotions = promotions;
        this.progress = progress;
    }

    Accepted sample(String key, Map<String, String> headers, byte @Nullable [] value) {
        RecordHeaders kafkaHeaders = new RecordHeaders();
        headers.forEach((name, text) -> kafkaHeaders.add(name, text.getBytes(StandardCharsets.UTF_8)));
        send(samples, key, kafkaHeaders, value);
        return new Accepted(topics.labelledSamples(), key);
    }

    Accepted trainRequest(String key, byte[] value) {
        send(requests, key, new RecordHeaders(), value);
        return new Accepted(topics.trainRequests(), key);
    }

    Accepted promotion(String key, byte[] value) {
        send(promotions, key, new RecordHeaders(), value);
        return new Accepted(topics.promotions(), key);
    }

    Accepted trainingProgress(String key, byte[] value) {
        send(progress, key, new RecordHeaders(), value);
        return new Accepted(topics.trainingProgress(), key);
    }

    private static void send(MutinyEmitter<byte[]> channel, String key, RecordHeaders headers, byte @Nullable [] value) {
        Message<byte[]> message = KafkaRecord.<byte[], byte[]> of(key.getBytes(StandardCharsets.UTF_8), value)
                .addMetadata(OutgoingKafkaRecordMetadata.<byte[]> builder()
                        .withKey(key.getBytes(StandardCharsets.UTF_8)).withHeaders(headers).build());
        try {
            channel.sendMessage(message).await().atMost(LIMIT);
        } catch (RecordTooLargeException e) {
            throw Problem.invalid("SAMPLE_TOO_LARGE", "the topic takes no event of this size: " + e.getMessage()
                    + " (expected: a smaller one, or a larger max.message.bytes of the topic)", e);
        } catch (TimeoutException e) {
            throw Problem.busy("BROKER_BUSY", "the broker did not take the event within " + LIMIT.toSeconds() + " s");
        }
    }
}
