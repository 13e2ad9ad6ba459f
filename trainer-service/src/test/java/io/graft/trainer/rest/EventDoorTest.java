package io.graft.trainer.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;

import io.graft.event.Topics;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.testing.Await;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.reactive.messaging.MutinyEmitter;

class EventDoorTest {

    private static final Map<String, Object> TRAINER = Map.of("security.protocol", "SASL_SSL", "sasl.jaas.config",
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"graft-trainer\" password=\"x\";");

    /** A channel whose broker answers so. */
    private record Answering(Uni<Void> answer) implements MutinyEmitter<byte[]> {

        @Override
        public <M extends Message<? extends byte[]>> Uni<Void> sendMessage(M message) {
            return answer;
        }

        @Override
        public Uni<Void> send(byte[] payload) {
            return answer;
        }

        @Override
        public void sendAndAwait(byte[] payload) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Cancellable sendAndForget(byte[] payload) {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        public <M extends Message<? extends byte[]>> void send(M message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <M extends Message<? extends byte[]>> void sendMessageAndAwait(M message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <M extends Message<? extends byte[]>> Cancellable sendMessageAndForget(M message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void complete() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void error(Exception e) {
            throw new UnsupportedOperationException();
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

    private static EventDoor door(Uni<Void> answer) {
        MutinyEmitter<byte[]> channel = new Answering(answer);
        return new EventDoor(TRAINER, new Topics(""), channel, channel, channel, channel, channel);
    }

    private static void assertProblem(EventDoor door, ProblemType type, String code, String sentence) {
        assertThatExceptionOfType(Problem.class).isThrownBy(() -> door.sample("birds/1", Map.of(), new byte[1]))
                .satisfies(problem -> {
                    assertThat(problem.type()).isEqualTo(type);
                    assertThat(problem.code()).isEqualTo(code);
                    assertThat(problem.sentence()).contains(sentence);
                });
    }

    private static void assertProblem(RuntimeException failure, ProblemType type, String code, String sentence) {
        // Given
        EventDoor door = door(Uni.createFrom().failure(failure));

        // Then
        assertProblem(door, type, code, sentence);
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

    @Test
    void refusesFurtherEventsWhileAllPlacesAreTaken() throws Exception {
        // Given
        CompletableFuture<Void> broker = new CompletableFuture<>();
        AtomicInteger waitingCount = new AtomicInteger();
        EventDoor door = door(Uni.createFrom().completionStage(broker).onSubscription()
                .invoke(() -> waitingCount.incrementAndGet()));
        ExecutorService callers = Executors.newFixedThreadPool(EventDoor.SEND_COUNT_MAX);
        try {
            List<Future<Accepted>> answers = new ArrayList<>();
            for (int i = 0; i < EventDoor.SEND_COUNT_MAX; i++) {
                answers.add(callers.submit(() -> door.trainRequest("birds", new byte[1])));
            }
            Await.until("all places are taken", () -> waitingCount.get() == EventDoor.SEND_COUNT_MAX);

            // Then
            assertProblem(door, ProblemType.BUSY, "BROKER_BUSY",
                    "100 events are on their way to the broker (expected: fewer at once, and a broker that answers)");

            // When
            broker.complete(null);

            // Then
            for (Future<Accepted> answer : answers) {
                assertThat(answer.get()).isEqualTo(new Accepted("train-requests", "birds"));
            }
            assertThat(door.sample("birds/1", Map.of(), new byte[1])).isEqualTo(new Accepted("labelled-samples", "birds/1"));
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void givesBackThePlaceOfAnEventThatIsNotTaken() {
        // Given
        EventDoor door = door(Uni.createFrom().failure(new TimeoutException("late")));

        // Then
        for (int i = 0; i <= EventDoor.SEND_COUNT_MAX; i++) {
            assertProblem(door, ProblemType.BUSY, "BROKER_BUSY", "did not take the event within 20 s");
        }
    }
}
