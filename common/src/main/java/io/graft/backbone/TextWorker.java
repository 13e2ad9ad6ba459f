package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Runs texts of about one length together: what fills a text up to the longest of its pass costs as much as a token, so a
 * batch of mixed lengths is cheaper in several passes.
 */
final class TextWorker implements BackboneWorker {

    /** A pass is filled up to this many times the tokens of its texts, at most. */
    private static final double FILLED_SHARE_MAX = 1.25;

    private final TextEncoder encoder;
    private final int batchSizeMax;

    TextWorker(TextEncoder encoder, int batchSizeMax) {
        this.encoder = encoder;
        this.batchSizeMax = batchSizeMax;
    }

    @Override
    public float[][] embed(List<byte[]> inputs) {
        if (inputs.isEmpty() || inputs.size() > batchSizeMax) {
            throw new IllegalArgumentException("batch has " + inputs.size() + " inputs (expected: 1 to " + batchSizeMax + ")");
        }
        List<int[]> texts = inputs.stream().map(TextWorker::tokens).toList();
        float[][] features = new float[texts.size()][];
        for (List<Integer> pass : passes(texts)) {
            float[][] rows = encoder.encode(pass.stream().map(texts::get).toList());
            for (int i = 0; i < rows.length; i++) {
                features[pass.get(i)] = rows[i];
            }
        }
        return features;
    }

    /** Indexes of the texts, from short to long, in groups that hold little filling. */
    static List<List<Integer>> passes(List<int[]> texts) {
        List<Integer> sorted = IntStream.range(0, texts.size()).boxed()
                .sorted(Comparator.comparing(index -> texts.get(index).length)).toList();
        List<List<Integer>> passes = new ArrayList<>();
        List<Integer> pass = new ArrayList<>();
        int tokenCount = 0;
        for (int index : sorted) {
            int length = texts.get(index).length;
            if (length * (pass.size() + 1) > FILLED_SHARE_MAX * (tokenCount + length)) {
                passes.add(pass);
                pass = new ArrayList<>();
                tokenCount = 0;
            }
            pass.add(index);
            tokenCount += length;
        }
        passes.add(pass);
        return passes;
    }

    static byte[] bytes(int[] tokens) {
        byte[] bytes = new byte[tokens.length * Integer.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(tokens);
        return bytes;
    }

    private static int[] tokens(byte[] input) {
        int[] tokens = new int[input.length / Integer.BYTES];
        ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(tokens);
        return tokens;
    }

    /** Nothing to free: every pass frees what it made. */
    @Override
    public void close() {
    }
}
