package io.graft.inference.openinference;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.event.Json;
import io.graft.inference.prediction.Answers;

/**
 * The answer to an inference request, as it goes out over HTTP.
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
        List<Output> outputs = new ArrayList<>();
        ByteArrayOutputStream behind = new ByteArrayOutputStream();
        boolean anyBinary = false;
        for (InferOutput each : InferOutput.of(request, answers)) {
            if (each.binary()) {
                byte[] bytes = each.values().toBytes();
                behind.writeBytes(bytes);
                outputs.add(output(each, Optional.of(Map.of("binary_data_size", bytes.length)), Optional.empty()));
                anyBinary = true;
            } else {
                outputs.add(output(each, Optional.empty(), Optional.of(json(each.values()))));
            }
        }
        byte[] json = Json.write(new Document(answers.model().card().task().value(),
                answers.model().card().version().toString(), request.id(), outputs));
        if (!anyBinary) {
            return new InferResponse(ByteBuffer.wrap(json), OptionalInt.empty());
        }
        ByteBuffer body = ByteBuffer.allocate(json.length + behind.size()).put(json).put(behind.toByteArray()).flip();
        return new InferResponse(body, OptionalInt.of(json.length));
    }

    private static Output output(InferOutput output, Optional<Map<String, Object>> parameters, Optional<Object> data) {
        return new Output(output.name(), output.values().datatype(), output.shape(), parameters, data);
    }

    private static Object json(InferOutput.Values values) {
        return values instanceof InferOutput.Numbers numbers ? numbers.numbers() : ((InferOutput.Texts) values).texts();
    }
}
