package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import io.graft.tail.Tail;

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
            return network.embed(scope, images(scope, inputs.size())).toRows();
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
            return new MappedFeatures(results.get(0).toRows(), maps(results.get(1)));
        }
    }

    /** Groups lie one behind the other in the batch, so that each is a range of it. */
    @Override
    public MappedFeatures embedWithTails(List<byte[]> inputs, List<Optional<Tail>> tails, int... chosen) {
        TailNetwork tailed = network.tailed().orElse(null);
        if (tailed == null) {
            return BackboneWorker.super.embedWithTails(inputs, tails, chosen);
        }
        List<TailGroup> groups = TailGroup.of(tails);
        fill(groups.stream().flatMap(group -> group.positions().stream()).map(inputs::get).toList());
        TailedResults results = new TailedResults(inputs.size(), chosen);
        int sharedCount = groups.stream().filter(group -> !group.isWhole()).mapToInt(TailGroup::size).sum();
        try (TorchScope scope = network.openScope()) {
            Optional<TorchValue> trunk = sharedCount == 0 ? Optional.empty()
                    : Optional.of(tailed.trunk(scope, images(scope, 0, sharedCount)));
            int from = 0;
            for (TailGroup group : groups) {
                TorchValue rows = results.rows(scope, group);
                List<TorchValue> values = group.isWhole()
                        ? tailed.whole(scope, images(scope, from, group.size()), group.tail().orElseThrow(), rows)
                        : tailed.rest(scope, trunk.orElseThrow(), from, group.size(), group.tail(), rows);
                results.put(group, values.get(0).toRows(), maps(values.get(1)));
                from += group.size();
            }
        }
        return results.toFeatures();
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
        return images(scope, 0, count);
    }

    private TorchValue images(TorchScope scope, int from, int count) {
        return scope.uint8View(batch.slice(from * inputSize, count * inputSize), count, side, side, 3);
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
