package io.graft.inference.openinference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;

import io.graft.event.Json;
import io.graft.inference.openinference.InferRequest.RequestedOutput;
import io.graft.problem.Problem;

/**
 * Reads inference requests: JSON, or JSON with the bytes of its tensors behind it (the protocol's binary tensor data
 * extension). Fields and parameters that it does not know say nothing to it, as the protocol has it. What it holds of a body
 * is a small multiple of its bytes, whatever stands in it.
 */
public final class InferRequestReader {

    private static final String BINARY_DATA_SIZE = "binary_data_size";
    private static final int RANK_MAX = 8;
    private static final int QUOTED_LENGTH_MAX = 80;

    private InferRequestReader() {
    }

    /** The JSON part. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Document(Optional<String> id, Optional<RequestParameters> parameters,
            @JsonDeserialize(using = Inputs.class) List<Input> inputs,
            @JsonDeserialize(using = Outputs.class) List<Output> outputs) {

        Document {
            // Absent, as mostly.
            outputs = outputs == null ? List.of() : outputs;
        }
    }

    /** The timeout is in microseconds, as Triton's clients send it. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record RequestParameters(@JsonProperty("binary_data_output") Optional<Boolean> binaryDataOutput, Optional<Long> timeout) {
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Input(String name, String datatype, List<Integer> shape, Optional<InputParameters> parameters,
            Optional<TensorValues> data) {
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    record InputParameters(@JsonProperty(BINARY_DATA_SIZE) Optional<Integer> binaryDataSize) {
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Output(String name, Optional<OutputParameters> parameters) {
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    record OutputParameters(@JsonProperty("binary_data") Optional<Boolean> binaryData) {
    }

    /** A task takes one. */
    static final class Inputs extends BoundedList<Input> {

        Inputs() {
            super(Input.class, 1);
        }
    }

    /** A task has no more. */
    static final class Outputs extends BoundedList<Output> {

        Outputs() {
            super(Output.class, ModelMetadata.OUTPUTS.size());
        }
    }

    /**
     * Reads a body.
     *
     * @param jsonBytes length of the JSON, where tensors follow it; absent: all of it is JSON
     * @param countMax of a request's inputs, the first number of a shape
     * @throws Problem INVALID, naming the field
     */
    public static InferRequest read(byte[] body, OptionalInt jsonBytes, int countMax) {
        int length = jsonBytes.orElse(body.length);
        if (length < 0 || length > body.length) {
            throw invalid("has JSON of " + length + " bytes, as its header says, in a body of " + body.length);
        }
        byte[] json = length == body.length ? body : Arrays.copyOf(body, length);
        Document document = Json.readStrict(json, Document.class, "INFER_REQUEST_INVALID", "infer request");
        ByteBuffer behind = ByteBuffer.wrap(body, length, body.length - length).order(ByteOrder.LITTLE_ENDIAN);
        if (document.inputs.isEmpty()) {
            throw invalid("has 0 inputs (expected: 1)");
        }
        Tensor input = tensor(document.inputs.get(0), behind, countMax);
        if (behind.hasRemaining()) {
            throw invalid("has " + behind.remaining() + " bytes behind its last tensor");
        }
        Optional<RequestParameters> parameters = document.parameters;
        return new InferRequest(document.id, input, outputs(document.outputs),
                parameters.flatMap(RequestParameters::binaryDataOutput).orElse(false),
                parameters.flatMap(RequestParameters::timeout).map(InferRequestReader::timeout));
    }

    private static List<RequestedOutput> outputs(List<Output> outputs) {
        List<RequestedOutput> wanted = new ArrayList<>(outputs.size());
        for (Output output : outputs) {
            if (!ModelMetadata.OUTPUTS.contains(output.name)) {
                throw invalid(
                        "wants the output '" + quoted(output.name) + "' (expected: one of " + ModelMetadata.OUTPUTS + ")");
            }
            if (wanted.stream().anyMatch(other -> other.name().equals(output.name))) {
                throw invalid("wants the output '" + output.name + "' twice");
            }
            wanted.add(new RequestedOutput(output.name, output.parameters.flatMap(OutputParameters::binaryData)));
        }
        return wanted;
    }

    private static Duration timeout(long micros) {
        if (micros < 1) {
            throw invalid("parameter 'timeout' is " + micros + " (expected: microseconds, above 0)");
        }
        return Duration.of(micros, ChronoUnit.MICROS);
    }

    private static Tensor tensor(Input input, ByteBuffer behind, int countMax) {
        Datatype datatype = datatype(input);
        int count = count(input, countMax);
        Optional<Integer> binarySize = input.parameters.flatMap(InputParameters::binaryDataSize);
        if (binarySize.isEmpty()) {
            return ofJson(input, datatype, count,
                    input.data.orElseThrow(() -> invalid(input, "has neither data nor " + BINARY_DATA_SIZE)));
        }
        if (input.data.isPresent()) {
            throw invalid(input, "has both data and " + BINARY_DATA_SIZE);
        }
        int size = binarySize.get();
        if (size < 0 || size > behind.remaining()) {
            throw invalid(input,
                    "has a " + BINARY_DATA_SIZE + " of " + size + " (expected: 0 to the " + behind.remaining()
                            + " bytes that are left)");
        }
        ByteBuffer bytes = behind.slice(behind.position(), size).order(ByteOrder.LITTLE_ENDIAN);
        behind.position(behind.position() + size);
        return ofBinary(input, datatype, count, bytes);
    }

    private static Datatype datatype(Input input) {
        return Stream.of(Datatype.values()).filter(known -> known.name().equals(input.datatype)).findFirst()
                .orElseThrow(() -> invalid(input,
                        "is of datatype " + quoted(input.datatype) + " (expected: one of " + List.of(Datatype.values()) + ")"));
    }

    /** Elements, by the shape. A body holds fewer than an int counts, so a larger product is a mistake. */
    private static int count(Input input, int countMax) {
        if (input.shape.isEmpty() || input.shape.size() > RANK_MAX) {
            throw invalid(input, "has " + input.shape.size() + " dimensions (expected: 1 to " + RANK_MAX + ")");
        }
        long count = 1;
        for (int size : input.shape) {
            if (size < 1) {
                throw invalid(input, "has the shape " + input.shape + " (expected: 1 or more in each dimension)");
            }
            count *= size;
            if (count > Integer.MAX_VALUE) {
                throw invalid(input, "has the shape " + input.shape + ", more elements than a body can hold");
            }
        }
        if (input.shape.get(0) > countMax) {
            throw invalid("has " + input.shape.get(0) + " inputs at once (expected: at most " + countMax + ")");
        }
        return (int) count;
    }

    private static Tensor ofJson(Input input, Datatype datatype, int count, TensorValues data) {
        if (data.count() != count || data.isMixed()) {
            throw invalid(input, "has " + data.count() + " elements" + (data.isMixed() ? ", numbers and texts" : "")
                    + " (expected: " + count + ", by its shape " + input.shape + ")");
        }
        boolean areTexts = !data.texts().isEmpty();
        if (areTexts != (datatype == Datatype.BYTES)) {
            throw invalid(input, "is of datatype " + datatype + " and has " + (areTexts ? "texts" : "numbers"));
        }
        if (areTexts) {
            return new Tensor.Bytes(input.name, input.shape,
                    data.texts().stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList(), true);
        }
        float[] numbers = data.numbers();
        if (datatype == Datatype.UINT8) {
            for (float number : numbers) {
                if (!(number >= 0 && number <= 255 && number == (int) number)) {
                    throw invalid(input, "is of datatype UINT8 and has " + number + " (expected: whole numbers, 0 to 255)");
                }
            }
            return new Tensor.Numbers(input.name, input.shape, true, numbers);
        }
        return new Tensor.Numbers(input.name, input.shape, false, numbers);
    }

    private static Tensor ofBinary(Input input, Datatype datatype, int count, ByteBuffer bytes) {
        if (datatype == Datatype.BYTES) {
            return new Tensor.Bytes(input.name, input.shape, elements(input, count, bytes), false);
        }
        boolean integers = datatype == Datatype.UINT8;
        long expected = (long) count * (integers ? 1 : Float.BYTES);
        if (bytes.remaining() != expected) {
            throw invalid(input, "has " + bytes.remaining() + " bytes (expected: " + expected + ", by its shape " + input.shape
                    + ")");
        }
        float[] numbers = new float[count];
        if (integers) {
            for (int i = 0; i < count; i++) {
                numbers[i] = bytes.get(i) & 0xFF;
            }
            return new Tensor.Numbers(input.name, input.shape, true, numbers);
        }
        bytes.asFloatBuffer().get(numbers);
        return new Tensor.Numbers(input.name, input.shape, false, numbers);
    }

    /** Each behind its length in four bytes. */
    private static List<byte[]> elements(Input input, int count, ByteBuffer bytes) {
        List<byte[]> elements = new ArrayList<>();
        while (bytes.hasRemaining() && elements.size() < count) {
            int length = bytes.remaining() < Integer.BYTES ? -1 : bytes.getInt();
            if (length < 0 || length > bytes.remaining()) {
                throw invalid(input, "breaks off in element " + elements.size());
            }
            byte[] element = new byte[length];
            bytes.get(element);
            elements.add(element);
        }
        if (elements.size() != count || bytes.hasRemaining()) {
            throw invalid(input, "has " + elements.size() + (bytes.hasRemaining() ? " elements and more" : " elements")
                    + " (expected: " + count + ", by its shape " + input.shape + ")");
        }
        return elements;
    }

    private static Problem invalid(Input input, String what) {
        return invalid("input '" + quoted(input.name) + "' " + what);
    }

    static String quoted(String text) {
        return text.length() <= QUOTED_LENGTH_MAX ? text : text.substring(0, QUOTED_LENGTH_MAX) + "…";
    }

    static Problem invalid(String what) {
        return Problem.invalid("INFER_REQUEST_INVALID", "infer request " + what);
    }
}
