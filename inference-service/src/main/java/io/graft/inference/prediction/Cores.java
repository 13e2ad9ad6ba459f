package io.graft.inference.prediction;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;

/**
 * Divides the cores between decoding and forward passes, so that no more work is begun than can go on. Thread-safe.
 * <p>
 * A free core goes to a full batch first, then to decoding, then to a batch that is not full: an input in a full batch costs
 * about half of what it costs alone, so that under load it is better to decode what else has come before a pass begins. A batch
 * that twice as many decodes were preferred to as it has places counts as full: they are not for it. With nothing to decode a
 * pass begins at once. Equals take turns as they came.
 */
final class Cores {

    /** Some of the decodes that a batch waits for go on while it is looked at, and some fill the batch of another worker. */
    private static final int DECODES_PER_PLACE = 2;

    private final int count;
    private final int decodeCountMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Turn> decodes = new ArrayDeque<>();
    private final Queue<Pass> passes = new ArrayDeque<>();
    private int busy;
    private int decoding;

    /** One that waits; guarded by the lock. */
    private class Turn {

        final Condition changed = lock.newCondition();
        boolean begun;
        boolean left;
    }

    private final class Pass extends Turn {

        private final int batchSizeMax;
        private final IntSupplier inputCount;
        private int passedOverCount;

        Pass(int batchSizeMax, IntSupplier inputCount) {
            this.batchSizeMax = batchSizeMax;
            this.inputCount = inputCount;
        }

        boolean isFull() {
            return passedOverCount >= DECODES_PER_PLACE * batchSizeMax || inputCount.getAsInt() >= batchSizeMax;
        }
    }

    /**
     * @param count pieces of work that go on at once
     * @param decodeCountMax decodes among them
     */
    Cores(int count, int decodeCountMax) {
        this.count = count;
        this.decodeCountMax = Math.min(count, decodeCountMax);
    }

    /**
     * Waits for a core to decode on; {@link #endDecode()} follows.
     *
     * @param limitNanos how long at most
     * @param patience whoever ends it waits no longer
     * @return whether there is one
     */
    boolean beginDecode(long limitNanos, Patience patience) throws InterruptedException {
        Turn turn = new Turn();
        lock.lockInterruptibly();
        try {
            decodes.add(turn);
            next();
            if (!turn.begun) {
                patience.atEnd(() -> leave(turn));
                await(turn, limitNanos);
            }
            return turn.begun;
        } catch (InterruptedException e) {
            if (turn.begun) {
                endDecode();
            }
            throw e;
        } finally {
            decodes.remove(turn);
            lock.unlock();
        }
    }

    private static void await(Turn turn, long limitNanos) throws InterruptedException {
        for (long left = limitNanos; left > 0 && !turn.begun && !turn.left;) {
            left = turn.changed.awaitNanos(left);
        }
    }

    private void leave(Turn turn) {
        lock.lock();
        try {
            turn.left = true;
            turn.changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void endDecode() {
        change(() -> {
            busy--;
            decoding--;
        });
    }

    /**
     * Waits for a core to run a forward pass on, interrupted or not; {@link #endPass()} follows.
     *
     * @param batchSizeMax inputs in a full batch
     * @param inputCount inputs that have come for it, whenever a core becomes free; asked with a lock held
     */
    void beginPass(int batchSizeMax, IntSupplier inputCount) {
        Pass turn = new Pass(batchSizeMax, inputCount);
        lock.lock();
        try {
            passes.add(turn);
            next();
            while (!turn.begun) {
                turn.changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    void endPass() {
        change(() -> busy--);
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            next();
        } finally {
            lock.unlock();
        }
    }

    /** Gives out what is free. */
    private void next() {
        while (busy < count && (beginFullPass() || beginNextDecode() || begin(passes))) {
            busy++;
        }
    }

    private boolean beginFullPass() {
        for (Iterator<Pass> waiting = passes.iterator(); waiting.hasNext();) {
            Pass pass = waiting.next();
            if (pass.isFull()) {
                waiting.remove();
                begin(pass);
                return true;
            }
        }
        return false;
    }

    private boolean beginNextDecode() {
        if (decoding < decodeCountMax && begin(decodes)) {
            decoding++;
            passes.forEach(pass -> pass.passedOverCount++);
            return true;
        }
        return false;
    }

    private static boolean begin(Queue<? extends Turn> waiting) {
        Turn turn = waiting.poll();
        if (turn == null) {
            return false;
        }
        begin(turn);
        return true;
    }

    private static void begin(Turn turn) {
        turn.begun = true;
        turn.changed.signal();
    }
}
