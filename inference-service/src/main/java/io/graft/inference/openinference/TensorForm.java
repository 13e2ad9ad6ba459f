package io.graft.inference.openinference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.graft.problem.Problem;

/**
 * What the elements of an input are, and how many: by it a tensor is read from whatever carries it.
 *
 * @param shape 1 or more in each dimension
 * @param count of the elements, by the shape
 */
public record TensorForm(String name, Datatype datatype, List<Integer> shape, int count) {

    private static final int RANK_MAX = 8;

    public TensorForm {
        shape = List.copyOf(shape);
    }

    /**
     * As a request says.
     *
     * @param countMax of a request's inputs, the first number of a shape
     * @throws Problem INVALID for another datatype or for a shape that nothing has
     */
    public static TensorForm of(String name, String datatype, List<Integer> shape, int countMax) {
        Datatype known = Stream.of(Datatype.values()).filter(each -> each.name().equals(datatype)).findFirst()
                .orElseThrow(() -> invalid(name, "is of datatype " + InferRequestReader.quoted(datatype)
                        + " (expected: one of " + List.of(Datatype.values()) + ")"));
        return new TensorForm(name, known, shape, count(name, shape, countMax));
    }

    /** A body holds fewer elements than an int counts, so a larger product is a mistake. */
    private static int count(String name, List<Integer> shape, int countMax) {
        requireRank(name, shape.size());
        long count = 1;
        for (int size : shape) {
            if (size < 1) {
                throw invalid(name, "has the shape " + shape + " (expected: 1 or more in each dimension)");
            }
            count *= size;
            if (count > Integer.MAX_VALUE) {
                throw invalid(name, "has the shape " + shape + ", more elements than a body can hold");
            }
        }
        if (shape.get(0) > countMax) {
            throw InferRequestReader.invalid("has " + shape.get(0) + " inputs at once (expected: at most " + countMax + ")");
        }
        return (int) count;
    }

    /** Looks at the dimensions of a shape alone. @throws Problem INVALID for none, and for more than anything has */
    public static void requireRank(String name, int rank) {
        if (rank < 1 || rank > RANK_MAX) {
            throw invalid(name, "has " + rank + " dimensions (expected: 1 to " + RANK_MAX + ")");
        }
    }

    /** Of numbers one by one. @throws Problem INVALID for another count, or for what is no {@code UINT8} where it should be */
    public Tensor ofNumbers(float[] numbers) {
        requireCount(numbers.length);
        if (datatype == Datatype.BYTES) {
            throw invalid("is of datatype " + datatype + " and has numbers");
        }
        return datatype == Datatype.UINT8 ? new Tensor.Octets(name, shape, octets(numbers))
                : new Tensor.Numbers(name, shape, numbers);
    }

    private byte[] octets(float[] numbers) {
        byte[] octets = new byte[numbers.length];
        for (int i = 0; i < octets.length; i++) {
            float number = numbers[i];
            if (!(number >= 0 && number <= 255 && number == (int) number)) {
                throw invalid("is of datatype UINT8 and has " + number + " (expected: whole numbers, 0 to 255)");
            }
            octets[i] = (byte) number;
        }
        return octets;
    }

    /**
     * Of byte strings one by one.
     *
     * @param encoded whether they are base64
     * @throws Problem INVALID for another count or datatype
     */
    public Tensor ofElements(List<byte[]> elements, boolean encoded) {
        requireCount(elements.size());
        if (datatype != Datatype.BYTES) {
            throw invalid("is of datatype " + datatype + " and has texts");
        }
        return new Tensor.Bytes(name, shape, elements, encoded);
    }

    /** Looks at the count of the elements alone. @throws Problem INVALID unless it is that of the shape */
    public void requireCount(int found) {
        if (found != count) {
            throw invalid("has " + found + " elements (expected: " + count + ", by its shape " + shape + ")");
        }
    }

    /**
     * Of the bytes of all elements, little-endian; a byte string behind its length. @throws Problem INVALID for another length
     */
    public Tensor ofBinary(ByteBuffer raw) {
        ByteBuffer bytes = raw.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (datatype == Datatype.BYTES) {
            return new Tensor.Bytes(name, shape, elements(bytes), false);
        }
        boolean octets = datatype == Datatype.UINT8;
        long expected = (long) count * (octets ? 1 : Float.BYTES);
        if (bytes.remaining() != expected) {
            throw invalid("has " + bytes.remaining() + " bytes (expected: " + expected + ", by its shape " + shape + ")");
        }
        if (octets) {
            byte[] values = new byte[count];
            bytes.get(values);
            return new Tensor.Octets(name, shape, values);
        }
        float[] numbers = new float[count];
        bytes.asFloatBuffer().get(numbers);
        return new Tensor.Numbers(name, shape, numbers);
    }

    private List<byte[]> elements(ByteBuffer bytes) {
        List<byte[]> elements = new ArrayList<>();
        while (bytes.hasRemaining() && elements.size() < count) {
            int length = bytes.remaining() < Integer.BYTES ? -1 : bytes.getInt();
            if (length < 0 || length > bytes.remaining()) {
                throw invalid("breaks off in element " + elements.size());
            }
            byte[] element = new byte[length];
            bytes.get(element);
            elements.add(element);
        }
        if (elements.size() != count || bytes.hasRemaining()) {
            throw invalid("has " + elements.size() + (bytes.hasRemaining() ? " elements and more" : " elements")
                    + " (expected: " + count + ", by its shape " + shape + ")");
        }
        return elements;
    }

    Problem invalid(String what) {
        return invalid(name, what);
    }

    private static Problem invalid(String name, String what) {
        return InferRequestReader.invalid("input '" + InferRequestReader.quoted(name) + "' " + what);
    }
}
