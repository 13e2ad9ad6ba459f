package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

import io.graft.digest.Digests;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

/** The identity, for embeddings made elsewhere: the input is the feature, as little-endian float32. */
final class VectorBackbone implements Backbone {

    static final BackboneId ID = new BackboneId("vector");
    static final String ARCHITECTURE = "identity";

    private final BackboneDescriptor descriptor;

    VectorBackbone(int dimension) {
        this.descriptor = new BackboneDescriptor(ID, sha256(dimension), dimension, ARCHITECTURE, Precision.FLOAT32.toString(),
                "cpu");
    }

    private static String sha256(int dimension) {
        return Digests.sha256Hex("vector/" + dimension + "/float32");
    }

    @Override
    public BackboneDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public byte[] prepare(SampleContent content) {
        if (!(content instanceof SampleContent.Vector vector)) {
            throw Backbones.unsupported(ID, content, "vector");
        }
        float[] values = vector.values();
        if (values.length != descriptor.dimension()) {
            throw Problem.invalid("SAMPLE_VECTOR_INVALID",
                    "vector has " + values.length + " numbers (expected: " + descriptor.dimension() + ")");
        }
        byte[] bytes = new byte[values.length * Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return bytes;
    }

    @Override
    public BackboneWorker openWorker(int batchSizeMax) {
        return new Worker(descriptor.dimension(), batchSizeMax);
    }

    @Override
    public void close() {
    }

    private record Worker(int dimension, int batchSizeMax) implements BackboneWorker {

        @Override
        public float[][] embed(List<byte[]> inputs) {
            if (inputs.isEmpty() || inputs.size() > batchSizeMax) {
                throw new IllegalArgumentException(
                        "batch has " + inputs.size() + " inputs (expected: 1 to " + batchSizeMax + ")");
            }
            float[][] features = new float[inputs.size()][dimension];
            for (int i = 0; i < features.length; i++) {
                ByteBuffer.wrap(inputs.get(i)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(features[i]);
            }
            return features;
        }

        @Override
        public void close() {
        }
    }
}
