package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Copies a batch into its one native buffer, once, and frees everything else of a call at the end of the call. */
final class ImageWorker implements BackboneWorker {

    private final ImageNetwork network;
    private final int side;
    private final int inputSize;
    private final int batchSizeMax;
    private final ByteBuffer batch;

    ImageWorker(ImageNetwork network, Preprocessing preprocessing, int batchSizeMax) {
        this.network = network;
        this.side = preprocessing.crop();
        this.inputSize = preprocessing.sizeBytes();
        this.batchSizeMax = batchSizeMax;
        this.batch = ByteBuffer.allocateDirect(Math.multiplyExact(batchSizeMax, inputSize));
    }

    /** Runs a batch of black images. */
    void warm(int batchSize) {
        embed(Collections.nCopies(batchSize, new byte[inputSize]));
    }

    @Override
    public float[][] embed(List<byte[]> inputs) {
        fill(inputs);
        try (TorchScope scope = network.openScope()) {
            return rows(network.embed(scope, images(scope, inputs.size())), inputs.size());
        }
    }

    @Override
    public MappedFeatures embedWithMaps(List<byte[]> inputs, int... chosen) {
        if (!network.hasMaps()) {
            return BackboneWorker.super.embedWithMaps(inputs, chosen);
        }
        fill(inputs);
        try (TorchScope scope = network.openScope()) {
            TorchValue rows = scope.int64(Arrays.stream(chosen).asLongStream().toArray(), chosen.length);
            List<TorchValue> results = network.embedWithMaps(scope, images(scope, inputs.size()), rows);
            return new MappedFeatures(rows(results.get(0), inputs.size()), maps(results.get(1)));
        }
    }

    private void fill(List<byte[]> inputs) {
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
    }

    private TorchValue images(TorchScope scope, int count) {
        return scope.uint8View(batch, count, side, side, 3);
    }

    private float[][] rows(TorchValue features, int count) {
        FloatBuffer numbers = features.toFloatBuffer();
        float[][] rows = new float[count][network.dimension()];
        for (float[] row : rows) {
            numbers.get(row);
        }
        return rows;
    }

    private static List<FeatureMaps> maps(TorchValue tensor) {
        long[] shape = tensor.shape();
        int rows = (int) shape[2];
        int columns = (int) shape[3];
        FloatBuffer numbers = tensor.toFloatBuffer();
        List<FeatureMaps> maps = new ArrayList<>();
        for (int input = 0; input < shape[0]; input++) {
            float[] values = new float[(int) shape[1] * rows * columns];
            numbers.get(values);
            maps.add(new FeatureMaps(rows, columns, values));
        }
        return maps;
    }

    /** Nothing to free: every call frees what it made, and the buffer is the garbage collector's. */
    @Override
    public void close() {
    }
}
