package io.graft.inference.openinference;

import java.util.List;

/** An input of a request: its elements row by row, as many as the shape says. */
public sealed interface Tensor {

    String name();

    List<Integer> shape();

    /**
     * Datatype {@code BYTES}.
     *
     * @param encoded whether the elements came as text in JSON, where bytes are base64
     */
    record Bytes(String name, List<Integer> shape, List<byte[]> elements, boolean encoded) implements Tensor {
    }

    /** Numbers of one datatype in an array, which is no component of a record. */
    abstract sealed class Plain implements Tensor permits Octets, Numbers {

        private final String name;
        private final List<Integer> shape;

        Plain(String name, List<Integer> shape) {
            this.name = name;
            this.shape = shape;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<Integer> shape() {
            return shape;
        }
    }

    /** Datatype {@code UINT8}. */
    final class Octets extends Plain {

        private final byte[] values;

        Octets(String name, List<Integer> shape, byte[] values) {
            super(name, shape);
            this.values = values;
        }

        byte[] values() {
            return values;
        }
    }

    /** Datatype {@code FP32}. */
    final class Numbers extends Plain {

        private final float[] values;

        Numbers(String name, List<Integer> shape, float[] values) {
            super(name, shape);
            this.values = values;
        }

        float[] values() {
            return values;
        }
    }
}
