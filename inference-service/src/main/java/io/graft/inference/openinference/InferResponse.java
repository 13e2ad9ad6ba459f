package io.graft.inference.openinference;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.event.Json;
import io.graft.inference.openinference.InferRequest.RequestedOutput;
import io.graft.inference.prediction.Answers;

/**
 * The answer to an inference request, as it goes out.
 *
 * @param body JSON, and behind it the bytes of those outputs that were wanted so
 * @param jsonBytes length of the JSON, where bytes follow it
 */
public record InferResponse(ByteBuffer body, OptionalInt jsonBytes) {

    /** The JSON part. */
    record Document(@JsonProperty("model_name") String modelName, @JsonProperty("model_version") String modelVersion,
            Optional<String> id, List<Output> outputs) {
    }

    /** @param data float[] or a list of texts; absent where bytes follow */
    record Output(String name, Datatype datatype, List<Integer> shape, Optional<Map<String, Object>> parameters,
            Optional<Object> data) {
    }

    /** Answers a request. */
    public static InferResponse of(InferRequest request, Answers answers) {
        List<RequestedOutput> wanted = request.outputs().isEmpty()
                ? ModelMetadata.OUTPUTS.stream().map(name -> new RequestedOutput(name, Optional.empty())).toList()
                : request.outputs();
        List<Output> outputs = new ArrayList<>(wanted.size());
        ByteArrayOutputStream behind = new ByteArrayOutputStream();
        boolean anyBinary = false;
        for (RequestedOutput each : wanted) {
            Output output = output(each.name(), answers);
            if (each.binary().orElse(request.binaryOutput())) {
                byte[] bytes = bytes(output.data.orElseThrow());
                behind.writeBytes(bytes);
                output = new Output(output.name, output.datatype, output.shape,
                        Optional.of(Map.of("binary_data_size", bytes.length)), Optional.empty());
                anyBinary = true;
            }
            outputs.add(output);
        }
        byte[] json = Json.write(new Document(answers.model().card().task().value(),
                answers.model().card().version().toString(), request.id(), outputs));
        if (!anyBinary) {
            return new InferResponse(ByteBuffer.wrap(json), OptionalInt.empty());
        }
        ByteBuffer body = ByteBuffer.allocate(json.length + behind.size()).put(json).put(behind.toByteArray()).flip();
        return new InferResponse(body, OptionalInt.of(json.length));
    }

    private static Output output(String name, Answers answers) {
        List<String> labels = answers.model().head().labels();
        int count = answers.probabilities().size();
        return switch (name) {
            case ModelMetadata.LABEL -> output(name, Datatype.BYTES, List.of(count), answers.probabilities().stream()
                    .map(probabilities -> labels.get(best(probabilities))).toList());
            case ModelMetadata.PROBABILITY -> output(name, Datatype.FP32, List.of(count), best(answers.probabilities()));
            case ModelMetadata.PROBABILITIES ->
                output(name, Datatype.FP32, List.of(count, labels.size()), joined(answers.probabilities(), labels.size()));
            case ModelMetadata.LABELS -> output(name, Datatype.BYTES, List.of(labels.size()), labels);
            default -> throw new IllegalArgumentException("no output " + name);
        };
    }

    private static Output output(String name, Datatype datatype, List<Integer> shape, Object data) {
        return new Output(name, datatype, shape, Optional.empty(), Optional.of(data));
    }

    private static float[] best(List<float[]> rows) {
        float[] best = new float[rows.size()];
        for (int row = 0; row < best.length; row++) {
            best[row] = rows.get(row)[best(rows.get(row))];
        }
        return best;
    }

    private static float[] joined(List<float[]> rows, int rowLength) {
        FloatBuffer joined = FloatBuffer.allocate(rows.size() * rowLength);
        rows.forEach(joined::put);
        return joined.array();
    }

    private static int best(float[] probabilities) {
        int best = 0;
        for (int i = 1; i < probabilities.length; i++) {
            if (probabilities[i] > probabilities[best]) {
                best = i;
            }
        }
        return best;
    }

    private static byte[] bytes(Object data) {
        if (data instanceof float[] numbers) {
            ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(numbers);
            return bytes.array();
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Object element : (List<?>) data) {
            byte[] text = String.valueOf(element).getBytes(StandardCharsets.UTF_8);
            all.writeBytes(length.putInt(0, text.length).array());
            all.writeBytes(text);
        }
        return all.toByteArray();
    }
}
