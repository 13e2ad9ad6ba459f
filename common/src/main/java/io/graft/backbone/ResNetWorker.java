package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.List;

/** Copies a batch into its one native buffer, once, and frees everything else of a call at the end of the call. */
final class ResNetWorker implements BackboneWorker {

    private final TorchProgram program;
    private final List<TorchValue> constants;
    private final int side;
    private final int inputSize;
    private final int dimension;
    private final int batchSizeMax;
    private final ByteBuffer batch;

    /** @param constants arguments of the program's {@code embed} behind the images */
    ResNetWorker(TorchProgram program, List<TorchValue> constants, Preprocessing preprocessing, int dimension,
            int batchSizeMax) {
        this.program = program;
        this.constants = constants;
        this.side = preprocessing.crop();
        this.inputSize = preprocessing.sizeBytes();
        this.dimension = dimension;
        this.batchSizeMax = batchSizeMax;
        this.batch = ByteBuffer.allocateDirect(Math.multiplyExact(batchSizeMax, inputSize));
    }

    /** Runs a batch of black images. */
    void warm(int batchSize) {
        embed(Collections.nCopies(batchSize, new byte[inputSize]));
    }

    @Override
    public float[][] embed(List<byte[]> inputs) {
        if (inputs.isEmpty() || inputs.size() > batchSizeMax) {
            throw new IllegalArgumentException("batch has " + inputs.size() + " inputs (expected: 1 to " + batchSizeMax + ")");
        }
        batch.clear();
        for (byte[] input : inputs) {
            if (input.length != inputSize) {
                throw new IllegalArgumentException("input has " + input.length + " bytes (expected: " + inputSize + ")");
            }
            batch.put(input);
        }
        batch.flip();
        try (TorchScope scope = program.openScope()) {
            return rows(scope.run("embed", arguments(scope.uint8View(batch, inputs.size(), side, side, 3))), inputs.size());
        }
    }

    private TorchValue[] arguments(TorchValue images) {
        TorchValue[] arguments = new TorchValue[constants.size() + 1];
        arguments[0] = images;
        for (int i = 0; i < constants.size(); i++) {
            arguments[i + 1] = constants.get(i);
        }
        return arguments;
    }

    private float[][] rows(TorchValue features, int count) {
        FloatBuffer numbers = features.toFloatBuffer();
        float[][] rows = new float[count][dimension];
        for (float[] row : rows) {
            numbers.get(row);
        }
        return rows;
    }

    /** Nothing to free: every call frees what it made, and the buffer is the garbage collector's. */
    @Override
    public void close() {
    }
}
