package io.graft.inference.openinference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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
        List<RequestedOutput> outputs = document.outputs.stream()
                .map(output -> new RequestedOutput(output.name, output.parameters.flatMap(OutputParameters::binaryData)))
                .toList();
        return new InferRequest(document.id, input, outputs,
                parameters.flatMap(RequestParameters::binaryDataOutput).orElse(false),
                parameters.flatMap(RequestParameters::timeout).map(InferRequest::timeoutOf));
    }

    private static Tensor tensor(Input input, ByteBuffer behind, int countMax) {
        TensorForm form = TensorForm.of(input.name, input.datatype, input.shape, countMax);
        Optional<Integer> binarySize = input.parameters.flatMap(InputParameters::binaryDataSize);
        if (binarySize.isEmpty()) {
            return ofJson(form, input.data.orElseThrow(() -> form.invalid("has neither data nor " + BINARY_DATA_SIZE)));
        }
        if (input.data.isPresent()) {
            throw form.invalid("has both data and " + BINARY_DATA_SIZE);
        }
        int size = binarySize.get();
        if (size < 0 || size > behind.remaining()) {
            throw form.invalid("has a " + BINARY_DATA_SIZE + " of " + size + " (expected: 0 to the " + behind.remaining()
                    + " bytes that are left)");
        }
        ByteBuffer bytes = behind.slice(behind.position(), size).order(ByteOrder.LITTLE_ENDIAN);
        behind.position(behind.position() + size);
        return form.ofBinary(bytes);
    }

    private static Tensor ofJson(TensorForm form, TensorValues data) {
        if (data.isMixed()) {
            throw form.invalid("has " + data.count() + " elements, numbers and texts (expected: " + form.count()
                    + ", by its shape " + form.shape() + ")");
        }
        return data.texts().isEmpty() ? form.ofNumbers(data.numbers())
                : form.ofElements(data.texts().stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList(), true);
    }

    static String quoted(String text) {
        return text.length() <= QUOTED_LENGTH_MAX ? text : text.substring(0, QUOTED_LENGTH_MAX) + "…";
    }

    static Problem invalid(String what) {
        return Problem.invalid("INFER_REQUEST_INVALID", "infer request " + what);
    }
}
