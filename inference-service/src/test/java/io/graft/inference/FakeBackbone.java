package io.graft.inference;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.BackboneWorker;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

/** The identity over vectors, with a gate before its forward pass and failures on demand. */
public final class FakeBackbone implements Backbone {

    /** Sizes of the passes so far, in their order. */
    public final BlockingQueue<Integer> batchSizes = new LinkedBlockingQueue<>();
    public final AtomicInteger openWorkerCount = new AtomicInteger();
    private final BackboneDescriptor descriptor;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private final AtomicInteger failureCount = new AtomicInteger();
    private volatile @Nullable Throwable failure;
    private volatile @Nullable RuntimeException preparationFailure;
    private volatile Throwable poisoning = new IllegalStateException("poison");
    private volatile float poison = Float.NaN;

    public FakeBackbone(int dimension) {
        this.descriptor = new BackboneDescriptor(new BackboneId("fake"), "f".repeat(64), dimension, "identity", "float32",
                "cpu");
    }

    /** Passes wait from now on, until the latch is counted down. */
    public CountDownLatch closeGate() {
        gate = new CountDownLatch(1);
        return gate;
    }

    /** Passes fail from now on; null: no more. */
    public void failWith(@Nullable Throwable failure) {
        failWith(failure, Integer.MAX_VALUE);
    }

    /** So many passes fail from now on. */
    public void failWith(@Nullable Throwable failure, int count) {
        failureCount.set(count);
        this.failure = failure;
    }

    /** Passes fail from now on that have an input with this number in front. */
    public void failPassesWith(float poison) {
        failPassesWith(poison, new IllegalStateException("poison"));
    }

    /** Passes fail so from now on that have an input with this number in front. */
    public void failPassesWith(float poison, Throwable failure) {
        poisoning = failure;
        this.poison = poison;
    }

    /** No content can be prepared from now on. */
    public void failToPrepareWith(RuntimeException failure) {
        preparationFailure = failure;
    }

    @Override
    public BackboneDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public byte[] prepare(SampleContent content) {
        RuntimeException unprepared = preparationFailure;
        if (unprepared != null) {
            throw unprepared;
        }
        if (content instanceof SampleContent.Vector vector && vector.values().length == descriptor.dimension()) {
            ByteBuffer bytes = ByteBuffer.allocate(descriptor.dimension() * Float.BYTES);
            bytes.asFloatBuffer().put(vector.values());
            return bytes.array();
        }
        throw Problem.invalid("SAMPLE_KIND_UNSUPPORTED", "backbone 'fake' does not embed " + content.kind());
    }

    @Override
    public BackboneWorker openWorker(int batchSizeMax) {
        openWorkerCount.incrementAndGet();
        return new BackboneWorker() {
            @Override
            public float[][] embed(List<byte[]> inputs) {
                batchSizes.add(inputs.size());
                awaitGate();
                throwIfAny(failureCount.getAndDecrement() > 0 ? failure : null);
                return features(inputs);
            }

            @Override
            public void close() {
                openWorkerCount.decrementAndGet();
            }
        };
    }

    private static void throwIfAny(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    private float[][] features(List<byte[]> inputs) {
        float[][] features = new float[inputs.size()][descriptor.dimension()];
        for (int i = 0; i < features.length; i++) {
            ByteBuffer.wrap(inputs.get(i)).asFloatBuffer().get(features[i]);
            if (features[i][0] == poison) {
                throwIfAny(poisoning);
            }
        }
        return features;
    }

    /** A native pass hears no interrupt either. */
    private void awaitGate() {
        boolean interrupted = false;
        while (true) {
            try {
                gate.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
    }
}
