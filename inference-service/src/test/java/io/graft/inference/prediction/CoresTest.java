package io.graft.inference.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CoresTest {

    private static final int BATCH_SIZE = 3;
    private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final Patience PATIENCE = new Patience(Duration.ofMinutes(2));

    private final Cores cores = new Cores(1, 1);
    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();

    @Test
    void decodesBeforeABatchThatIsNotFull() throws Exception {
        // Given
        cores.beginDecode(LONG_NANOS, PATIENCE);
        pass("pass", () -> 1);
        decode("decode", PATIENCE);

        // When
        cores.endDecode();

        // Then
        assertThat(begun.take()).isEqualTo("decode");
        cores.endDecode();
        assertThat(begun.take()).isEqualTo("pass");
    }

    @Test
    void runsAFullBatchBeforeItDecodes() throws Exception {
        // Given
        cores.beginDecode(LONG_NANOS, PATIENCE);
        decode("decode", PATIENCE);
        pass("other", () -> 1);
        pass("full", () -> BATCH_SIZE);

        // When
        cores.endDecode();

        // Then
        assertThat(begun.take()).isEqualTo("full");
        cores.endPass();
        assertThat(begun.take()).isEqualTo("decode");
    }

    @Test
    void runsABatchAsSoonAsItHasFilled() throws Exception {
        // Given
        Cores two = new Cores(2, 2);
        AtomicInteger inputCount = new AtomicInteger(1);
        two.beginDecode(LONG_NANOS, PATIENCE);
        two.beginDecode(LONG_NANOS, PATIENCE);
        awaitWaiting(inBackground("decode", () -> two.beginDecode(LONG_NANOS, PATIENCE)));
        awaitWaiting(inBackground("pass", () -> two.beginPass(BATCH_SIZE, inputCount::get)));

        // When
        inputCount.set(BATCH_SIZE);
        two.endDecode();

        // Then
        assertThat(begun.take()).isEqualTo("pass");
    }

    @Test
    void runsABatchThatDecodesDoNotFill() throws Exception {
        // Given
        cores.beginDecode(LONG_NANOS, PATIENCE);
        pass("pass", () -> 1);
        for (int i = 0; i <= 2 * BATCH_SIZE; i++) {
            decode("decode", PATIENCE);
        }

        // When
        for (int i = 0; i < 2 * BATCH_SIZE; i++) {
            cores.endDecode();
            assertThat(begun.take()).isEqualTo("decode");
        }
        cores.endDecode();

        // Then
        assertThat(begun.take()).isEqualTo("pass");
    }

    @Test
    void waitsForNothingWhereNothingIsToBeDecoded() throws Exception {
        // When
        cores.beginPass(BATCH_SIZE, () -> 1);
        cores.endPass();

        // Then
        assertThat(cores.beginDecode(0, PATIENCE)).isTrue();
    }

    @Test
    void decodesNoMoreAtOnceThanMayBe() throws Exception {
        // Given
        Cores three = new Cores(3, 2);
        three.beginDecode(LONG_NANOS, PATIENCE);
        three.beginDecode(LONG_NANOS, PATIENCE);

        // When
        boolean third = three.beginDecode(0, PATIENCE);

        // Then
        assertThat(third).isFalse();
        three.beginPass(BATCH_SIZE, () -> 1);
    }

    @Test
    void letsGoAtOnceWhoeverIsNotWaitedForAnyMore() throws Exception {
        // Given
        cores.beginDecode(LONG_NANOS, PATIENCE);
        Patience gone = new Patience(Duration.ofMinutes(2));
        BlockingQueue<Boolean> results = new LinkedBlockingQueue<>();
        Thread waiting = inBackground("gone", () -> results.add(cores.beginDecode(LONG_NANOS, gone)));
        awaitWaiting(waiting);

        // When
        gone.end();

        // Then
        assertThat(results.take()).isFalse();
    }

    @Test
    void givesTheCoreOfOneThatGaveUpToTheNext() throws Exception {
        // Given
        cores.beginDecode(LONG_NANOS, PATIENCE);
        Thread interrupted = decode("interrupted", PATIENCE);
        decode("next", PATIENCE);

        // When
        interrupted.interrupt();
        interrupted.join();
        cores.endDecode();

        // Then
        assertThat(begun.take()).isEqualTo("next");
    }

    private Thread decode(String name, Patience patience) {
        Thread thread = inBackground(name, () -> cores.beginDecode(LONG_NANOS, patience));
        awaitWaiting(thread);
        return thread;
    }

    private void pass(String name, IntSupplier inputCount) {
        awaitWaiting(inBackground(name, () -> cores.beginPass(BATCH_SIZE, inputCount)));
    }

    private interface Wait {
        void run() throws InterruptedException;
    }

    private Thread inBackground(String name, Wait wait) {
        Thread thread = new Thread(() -> {
            try {
                wait.run();
                begun.add(name);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void awaitWaiting(Thread thread) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> List
                .of(Thread.State.WAITING, Thread.State.TIMED_WAITING).contains(thread.getState()));
    }
}
