package io.graft.backbone;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.graft.problem.Problem;

/**
 * A BERT encoder in ONNX: the tokens of several texts in one pass, each text's mean over its own tokens, scaled to length 1.
 * Thread-safe; each caller computes on its own thread, so that callers share the cores and do not wait for each other's
 * threads.
 */
final class TextEncoder implements AutoCloseable {

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final int dimension;

    private TextEncoder(OrtEnvironment environment, OrtSession session, int dimension) {
        this.environment = environment;
        this.session = session;
        this.dimension = dimension;
    }

    /**
     * Starts the native engine and optimizes the network, which takes about a second.
     *
     * @param model an ONNX file that takes {@code input_ids}, {@code attention_mask} and {@code token_type_ids} [texts, tokens]
     *        and gives [texts, tokens, dimension]
     * @throws Problem BROKEN {@code BACKBONE_WEIGHTS_INVALID} when it cannot be used
     */
    static TextEncoder open(byte[] model, int dimension) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment("graft");
        try (SessionOptions options = new SessionOptions()) {
            environment.setTelemetry(false);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            return new TextEncoder(environment, environment.createSession(model, options), dimension);
        } catch (OrtException e) {
            throw Problem.broken("BACKBONE_WEIGHTS_INVALID", "network cannot be opened: " + e.getMessage(), e);
        }
    }

    /**
     * One forward pass. Shorter texts are filled up to the longest, and what fills them is not looked at.
     *
     * @param texts tokens of each
     * @return features, [texts, dimension]
     */
    float[][] encode(List<int[]> texts) {
        int width = texts.stream().mapToInt(tokens -> tokens.length).max().orElseThrow();
        long[] ids = new long[texts.size() * width];
        long[] mask = new long[ids.length];
        for (int row = 0; row < texts.size(); row++) {
            int[] tokens = texts.get(row);
            for (int i = 0; i < tokens.length; i++) {
                ids[row * width + i] = tokens[i];
            }
            Arrays.fill(mask, row * width, row * width + tokens.length, 1);
        }
        long[] shape = { texts.size(), width };
        try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
                OnnxTensor typeTensor = OnnxTensor.createTensor(environment, LongBuffer.allocate(ids.length), shape);
                OrtSession.Result result = session.run(
                        Map.of("input_ids", idTensor, "attention_mask", maskTensor, "token_type_ids", typeTensor))) {
            return pooled(((OnnxTensor) result.get(0)).getFloatBuffer(), texts, width);
        } catch (OrtException e) {
            throw Problem.broken("BACKBONE_FAILED", "text encoder failed: " + e.getMessage(), e);
        }
    }

    /** @param states [texts, width, dimension] */
    private float[][] pooled(FloatBuffer states, List<int[]> texts, int width) {
        float[][] features = new float[texts.size()][dimension];
        float[] state = new float[dimension];
        for (int row = 0; row < features.length; row++) {
            states.position(row * width * dimension);
            for (int i = 0; i < texts.get(row).length; i++) {
                states.get(state);
                for (int d = 0; d < dimension; d++) {
                    features[row][d] += state[d];
                }
            }
            scale(features[row], texts.get(row).length);
        }
        return features;
    }

    private static void scale(float[] sum, int count) {
        double square = 0;
        for (int d = 0; d < sum.length; d++) {
            sum[d] /= count;
            square += (double) sum[d] * sum[d];
        }
        float norm = (float) Math.sqrt(square);
        for (int d = 0; d < sum.length; d++) {
            sum[d] /= norm;
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw Problem.broken("BACKBONE_FAILED", "text encoder does not close: " + e.getMessage(), e);
        }
    }
}
