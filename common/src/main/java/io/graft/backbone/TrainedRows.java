package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

import io.graft.backbone.ResNetArchitecture.Convolution;
import io.graft.problem.Problem;
import io.graft.tail.Depth;

/** What the trained part of a network takes, of each sample: the maps before its first block, or the image itself. */
final class TrainedRows {

    private static final int CHANNELS = 3;

    private final TailPlan plan;
    private final int crop;
    private final int rowBytes;
    private final ByteBuffer bytes;
    private ByteBuffer batch = ByteBuffer.allocate(0);

    /** @throws Problem INVALID {@code FINE_TUNING_SAMPLES_TOO_MANY} when so many take more than the bytes */
    TrainedRows(TailPlan plan, int crop, int rowCountMax, long bytesMax) {
        this.plan = plan;
        this.crop = crop;
        this.rowBytes = rowBytes(plan, crop);
        long sizeBytes = (long) rowCountMax * rowBytes;
        long limit = Math.min(bytesMax, Integer.MAX_VALUE);
        if (sizeBytes > limit) {
            throw Problem.invalid("FINE_TUNING_SAMPLES_TOO_MANY", rowCountMax + " samples and views take " + sizeBytes
                    + " bytes at depth '" + plan.depth() + "' (expected: at most " + limit + ")");
        }
        this.bytes = direct((int) sizeBytes);
    }

    /** Of one sample. */
    static int rowBytes(TailPlan plan, int crop) {
        if (plan.depth() == Depth.ALL) {
            return crop * crop * CHANNELS;
        }
        Convolution first = plan.convolutions().get(0);
        return first.inputs() * first.inputSide(crop) * first.inputSide(crop) * Float.BYTES;
    }

    private static ByteBuffer direct(int sizeBytes) {
        return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
    }

    /** Rows that were added. */
    int count() {
        return bytes.position() / rowBytes;
    }

    /** Appends an image, [crop, crop, 3]. */
    void add(byte[] image) {
        bytes.put(image);
    }

    /** Appends maps of some images, [n, channels, side, side]. */
    void add(FloatBuffer maps) {
        int length = maps.remaining();
        bytes.slice().order(ByteOrder.nativeOrder()).asFloatBuffer().put(maps);
        bytes.position(bytes.position() + length * Float.BYTES);
    }

    /** Copies some rows into a tensor, which is valid until the next call. */
    TorchValue tensor(TorchScope scope, int... numbers) {
        if (batch.capacity() < numbers.length * rowBytes) {
            batch = direct(numbers.length * rowBytes);
        }
        batch.clear();
        for (int number : numbers) {
            batch.put(bytes.slice(number * rowBytes, rowBytes));
        }
        batch.flip();
        if (plan.depth() == Depth.ALL) {
            return scope.uint8View(batch, numbers.length, crop, crop, CHANNELS);
        }
        Convolution first = plan.convolutions().get(0);
        int side = first.inputSide(crop);
        return scope.float32View(batch, numbers.length, first.inputs(), side, side);
    }
}
