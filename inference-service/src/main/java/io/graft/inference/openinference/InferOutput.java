package io.graft.inference.openinference;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

import io.graft.inference.openinference.InferRequest.RequestedOutput;
import io.graft.inference.prediction.Answers;

/**
 * An output of an answer: its elements row by row, as many as the shape says.
 *
 * @param binary whether it is wanted as bytes
 */
public record InferOutput(String name, List<Integer> shape, Values values, boolean binary) {

    /** The elements. */
    public sealed interface Values {

        Datatype datatype();

        /** Little-endian; a byte string behind its length. */
        byte[] toBytes();
    }

    /** Datatype {@code BYTES}: UTF-8. */
    public record Texts(List<String> texts) implements Values {

        @Override
        public Datatype datatype() {
            return Datatype.BYTES;
        }

        @Override
        public byte[] toBytes() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (String each : texts) {
                byte[] text = each.getBytes(StandardCharsets.UTF_8);
                all.writeBytes(length.putInt(0, text.length).array());
                all.writeBytes(text);
            }
            return all.toByteArray();
        }
    }

    /** Datatype {@code FP32}. */
    public static final class Numbers implements Values {

        private final float[] numbers;

        private Numbers(float[] numbers) {
            this.numbers = numbers;
        }

        /** The elements themselves: nobody writes to them. */
        public float[] numbers() {
            return numbers;
        }

        @Override
        public Datatype datatype() {
            return Datatype.FP32;
        }

        @Override
        public byte[] toBytes() {
            ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(numbers);
            return bytes.array();
        }
    }

    /** The outputs that a request wants, in its order. */
    public static List<InferOutput> of(InferRequest request, Answers answers) {
        if (request.outputs().isEmpty()) {
            return ModelMetadata.OUTPUTS.stream().map(name -> of(name, answers, request.binaryOutput())).toList();
        }
        return request.outputs().stream().map(wanted -> of(wanted, answers, request.binaryOutput())).toList();
    }

    private static InferOutput of(RequestedOutput wanted, Answers answers, boolean binaryOutput) {
        Optional<Boolean> binary = wanted.binary();
        return of(wanted.name(), answers, binary.orElse(binaryOutput));
    }

    private static InferOutput of(String name, Answers answers, boolean binary) {
        List<String> labels = answers.model().head().labels();
        List<float[]> rows = answers.probabilities();
        return switch (name) {
            case ModelMetadata.LABEL -> new InferOutput(name, List.of(rows.size()),
                    new Texts(rows.stream().map(row -> labels.get(Answers.likeliest(row))).toList()), binary);
            case ModelMetadata.PROBABILITY -> new InferOutput(name, List.of(rows.size()), best(rows), binary);
            case ModelMetadata.PROBABILITIES ->
                new InferOutput(name, List.of(rows.size(), labels.size()), joined(rows, labels.size()), binary);
            case ModelMetadata.LABELS -> new InferOutput(name, List.of(labels.size()), new Texts(labels), binary);
            default -> throw new IllegalArgumentException("no output " + name);
        };
    }

    private static Numbers best(List<float[]> rows) {
        float[] best = new float[rows.size()];
        for (int i = 0; i < best.length; i++) {
            best[i] = rows.get(i)[Answers.likeliest(rows.get(i))];
        }
        return new Numbers(best);
    }

    private static Numbers joined(List<float[]> rows, int rowLength) {
        FloatBuffer joined = FloatBuffer.allocate(rows.size() * rowLength);
        rows.forEach(joined::put);
        return new Numbers(joined.array());
    }
}
