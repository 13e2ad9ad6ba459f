package io.graft.trainer.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import java.util.Set;

import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;

import io.graft.event.Topics;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.reactive.messaging.MutinyEmitter;

class EventDoorTest {

    private static final Map<String, Object> TRAINER = Map.of("security.protocol", "SASL_SSL", "sasl.jaas.config",
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"graft-trainer\" password=\"x\";");

    /** A channel whose broker takes nothing. */
    private record Failing(RuntimeException failure) implements MutinyEmitter<byte[]> {

        @Override
        public <M extends Message<? extends byte[]>> Uni<Void> sendMessage(M message) {
            return Uni.createFrom().failure(failure);
        }

        @Override
        public Uni<Void> send(byte[] payload) {
            return Uni.createFrom().failure(failure);
        }

        @Override
        public void sendAndAwait(byte[] payload) {
            throw failure;
        }

        @Override
        public Cancellable sendAndForget(byte[] payload) {
            throw failure;
        }

        @Override
        @Deprecated
        public <M extends Message<? extends byte[]>> void send(M message) {
            throw failure;
        }

        @Override
        public <M extends Message<? extends byte[]>> void sendMessageAndAwait(M message) {
            throw failure;
        }

        @Override
        public <M extends Message<? extends byte[]>> Cancellable sendMessageAndForget(M message) {
            throw failure;
        }

        @Override
        public void complete() {
            throw failure;
        }

        @Override
        public void error(Exception e) {
            throw failure;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public boolean hasRequests() {
            return true;
        }
    }

    private static void assertProblem(RuntimeException failure, ProblemType type, String code, String sentence) {
        // Given
        MutinyEmitter<byte[]> channel = new Failing(failure);
        EventDoor door = new EventDoor(TRAINER, new Topics(""), channel, channel, channel, channel, channel);

        // Then
        assertThatExceptionOfType(Problem.class).isThrownBy(() -> door.sample("birds/1", Map.of(), new byte[1]))
                .satisfies(problem -> {
                    assertThat(problem.type()).isEqualTo(type);
                    assertThat(problem.code()).isEqualTo(code);
                    assertThat(problem.sentence()).contains(sentence);
                });
    }

    @Test
    void namesUserOperationAndTopicWhenARightIsMissing() {
        assertProblem(new TopicAuthorizationException(Set.of("labelled-samples")), ProblemType.BROKEN, "BROKER_REFUSES",
                "user 'graft-trainer' may not Write the topic 'labelled-samples' (expected: a right of the broker that lets it)");
    }

    @Test
    void isBusyWhenTheClientGivesUp() {
        assertProblem(new TimeoutException("late"), ProblemType.BUSY, "BROKER_BUSY", "did not take the event within 20 s");
    }

    @Test
    void refusesAnEventThatIsLargerThanTheTopicTakes() {
        assertProblem(new RecordTooLargeException("8 bytes"), ProblemType.INVALID, "SAMPLE_TOO_LARGE", "8 bytes");
    }
}
