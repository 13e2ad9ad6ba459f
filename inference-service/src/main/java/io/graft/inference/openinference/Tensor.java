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

    /** Datatype {@code UINT8}. */
    final class Octets implements Tensor {

        private final String name;
        private final List<Integer> shape;
        private final byte[] values;

        Octets(String name, List<Integer> shape, byte[] values) {
            this.name = name;
            this.shape = shape;
            this.values = values;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<Integer> shape() {
            return shape;
        }

        byte[] values() {
            return values;
        }
    }

    /** Datatype {@code FP32}. */
    final class Numbers implements Tensor {

        private final String name;
        private final List<Integer> shape;
        private final float[] values;

        Numbers(String name, List<Integer> shape, float[] values) {
            this.name = name;
            this.shape = shape;
            this.values = values;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<Integer> shape() {
            return shape;
        }

        float[] values() {
            return values;
        }
    }
}
