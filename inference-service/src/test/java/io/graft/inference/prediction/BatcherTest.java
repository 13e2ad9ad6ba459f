package io.graft.inference.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.graft.inference.FakeBackbone;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.trace.Tracing;

class BatcherTest {

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final FakeBackbone backbone = new FakeBackbone(1);
    private final List<Integer> forwarded = new ArrayList<>();
    private final List<CompletableFuture<float[]>> submitted = new ArrayList<>();
    private final Batcher batcher = Batcher.start(backbone, new BatcherLimits(1, 3, 5), new Cores(1, 0),
            (batchSize, nanos) -> forwarded.add(batchSize), Tracing.OFF);

    @AfterEach
    void close() {
        batcher.close();
    }

    private static byte[] input(float value) {
        return ByteBuffer.allocate(Float.BYTES).putFloat(value).array();
    }

    private static float[] get(CompletableFuture<float[]> feature) throws Exception {
        return feature.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Puts a pass of one input in front of the closed gate, so that what follows waits in the queue. */
    private void occupy() throws InterruptedException {
        submitted.add(batcher.submit(input(0), Optional.empty()));
        assertThat(backbone.batchSizes.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void answersEachRequestWithItsOwnFeature() throws Exception {
        // Given
        List<CompletableFuture<float[]>> features = new ArrayList<>();

        // When
        for (int i = 0; i < 5; i++) {
            features.add(batcher.submit(input(i), Optional.empty()));
        }

        // Then
        for (int i = 0; i < 5; i++) {
            assertThat(get(features.get(i))).containsExactly(i);
        }
    }

    @Test
    void putsWhatWaitsIntoOneBatch() throws Exception {
        // Given
        CountDownLatch gate = backbone.closeGate();
        occupy();
        List<CompletableFuture<float[]>> waiting = List.of(batcher.submit(input(1), Optional.empty()),
                batcher.submit(input(2), Optional.empty()),
                batcher.submit(input(3), Optional.empty()), batcher.submit(input(4), Optional.empty()));
        assertThat(batcher.queueDepth()).isEqualTo(4);

        // When
        gate.countDown();
        for (CompletableFuture<float[]> feature : waiting) {
            get(feature);
        }

        // Then
        assertThat(backbone.batchSizes).containsExactly(3, 1);
        batcher.close();
        assertThat(forwarded).containsExactly(1, 3, 1);
    }

    @Test
    void refusesARequestWhenTheQueueIsFull() throws Exception {
        // Given
        CountDownLatch gate = backbone.closeGate();
        occupy();
        for (int i = 0; i < 5; i++) {
            submitted.add(batcher.submit(input(i), Optional.empty()));
        }

        // When // Then
        assertThatThrownBy(() -> submitted.add(batcher.submit(input(9), Optional.empty()))).asInstanceOf(type(Problem.class))
                .satisfies(problem -> {
                    assertThat(problem.type()).isEqualTo(ProblemType.BUSY);
                    assertThat(problem.code()).isEqualTo("PREDICTION_QUEUE_FULL");
                    assertThat(problem).hasMessage("queue of backbone 'fake' holds 5 inputs and is full"
                            + " (expected: fewer requests at once, or more replicas)");
                });
        gate.countDown();
    }

    @Test
    void givesThePlaceOfACancelledInputToTheNext() throws Exception {
        // Given
        CountDownLatch gate = backbone.closeGate();
        occupy();
        for (int i = 0; i < 5; i++) {
            submitted.add(batcher.submit(input(i), Optional.empty()));
        }

        // When
        submitted.get(submitted.size() - 1).cancel(false);

        // Then
        assertThat(batcher.queueDepth()).isEqualTo(4);
        CompletableFuture<float[]> next = batcher.submit(input(7), Optional.empty());
        gate.countDown();
        assertThat(get(next)).containsExactly(7);
    }

    @Test
    void failsOnlyTheBatchWhosePassFails() throws Exception {
        // Given
        backbone.failWith(new IllegalStateException("out of native memory"));
        CompletableFuture<float[]> failed = batcher.submit(input(1), Optional.empty());
        assertThatThrownBy(() -> get(failed)).isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("out of native memory").cause()
                .hasMessage("backbone 'fake' failed on a batch of 1");

        // When
        backbone.failWith(null);

        // Then
        assertThat(get(batcher.submit(input(2), Optional.empty()))).containsExactly(2);
        assertThat(batcher.failure()).isEmpty();
    }

    @Test
    void failsOnlyTheBatchThatHasNoMemory() throws Exception {
        // Given
        backbone.failWith(new OutOfMemoryError("Cannot reserve direct buffer memory"));
        CompletableFuture<float[]> failed = batcher.submit(input(1), Optional.empty());
        assertThatThrownBy(() -> get(failed)).cause().asInstanceOf(type(Problem.class)).satisfies(problem -> {
            assertThat(problem.type()).isEqualTo(ProblemType.BUSY);
            assertThat(problem).hasMessage("there was no memory for a forward pass of 1"
                    + " (expected: fewer or smaller inputs at once, or more memory)");
        });

        // When
        backbone.failWith(null);

        // Then
        assertThat(get(batcher.submit(input(2), Optional.empty()))).containsExactly(2);
        assertThat(batcher.failure()).isEmpty();
    }

    @Test
    void showsThatAWorkerDied() throws Exception {
        // Given
        backbone.failWith(new NoClassDefFoundError("native"));

        // When
        CompletableFuture<float[]> failed = batcher.submit(input(1), Optional.empty());

        // Then
        assertThatThrownBy(() -> get(failed)).cause().hasMessage("backbone 'fake' failed on a batch of 1");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(batcher.failure()).isPresent());
        await().atMost(LIMIT).untilAsserted(() -> assertThat(backbone.openWorkerCount).hasValue(0));
    }

    @Test
    void passesOverWhatItsCallerGaveUp() throws Exception {
        // Given
        CountDownLatch gate = backbone.closeGate();
        occupy();
        CompletableFuture<float[]> abandoned = batcher.submit(input(1), Optional.empty());
        CompletableFuture<float[]> wanted = batcher.submit(input(2), Optional.empty());

        // When
        abandoned.cancel(false);
        gate.countDown();

        // Then
        assertThat(get(wanted)).containsExactly(2);
        assertThat(backbone.batchSizes).containsExactly(1);
    }

    @Test
    void finishesWhatItHasWhenClosedAndTakesNothingNew() throws Exception {
        // Given
        CountDownLatch gate = backbone.closeGate();
        occupy();
        List<CompletableFuture<float[]>> waiting = List.of(batcher.submit(input(1), Optional.empty()),
                batcher.submit(input(2), Optional.empty()),
                batcher.submit(input(3), Optional.empty()), batcher.submit(input(4), Optional.empty()));
        Thread closer = new Thread(batcher::close);

        // When
        closer.start();
        await().atMost(LIMIT).until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        assertThatThrownBy(() -> submitted.add(batcher.submit(input(5), Optional.empty())))
                .hasMessage("backbone 'fake' is being closed (expected: another replica)");
        gate.countDown();
        closer.join(LIMIT.toMillis());

        // Then
        assertThat(get(submitted.get(0))).containsExactly(0);
        for (int i = 0; i < waiting.size(); i++) {
            assertThat(get(waiting.get(i))).containsExactly(i + 1);
        }
        assertThat(backbone.openWorkerCount).hasValue(0);
    }

    @Test
    void finishesTheRunningPassAndRefusesTheRestWhenNobodyIsWaitedForAnyMore() throws Exception {
        // Given
        CountDownLatch gate = backbone.closeGate();
        occupy();
        CompletableFuture<float[]> waiting = batcher.submit(input(1), Optional.empty());

        // When
        batcher.refuse();
        gate.countDown();

        // Then
        assertThat(get(submitted.get(0))).containsExactly(0);
        assertThatThrownBy(() -> get(waiting)).cause().asInstanceOf(type(Problem.class))
                .extracting(Problem::code).isEqualTo("PREDICTION_STOPPING");
        assertThatThrownBy(() -> submitted.add(batcher.submit(input(2), Optional.empty())))
                .hasMessage("backbone 'fake' is being closed (expected: another replica)");
        assertThat(backbone.batchSizes).isEmpty();
    }
}
