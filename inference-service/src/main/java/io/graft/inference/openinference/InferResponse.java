package io.graft.inference.openinference;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    private static final List<String> OUTPUTS = List.of(ModelMetadata.LABEL, ModelMetadata.PROBABILITY,
            ModelMetadata.PROBABILITIES, ModelMetadata.LABELS);

    /** The JSON part. */
    record Document(@JsonProperty("model_name") String modelName, @JsonProperty("model_version") String modelVersion,
            Optional<String> id, List<Output> outputs) {
    }

    /** @param data numbers or texts; absent where bytes follow */
    record Output(String name, Datatype datatype, List<Integer> shape, Optional<Map<String, Object>> parameters,
            Optional<List<?>> data) {
    }

    /** Answers a request. @throws io.graft.problem.Problem INVALID for an output that there is not */
    public static InferResponse of(InferRequest request, Answers answers) {
        List<RequestedOutput> wanted = request.outputs().isEmpty()
                ? OUTPUTS.stream().map(name -> new RequestedOutput(name, Optional.empty())).toList()
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
            case ModelMetadata.PROBABILITY -> output(name, Datatype.FP32, List.of(count), answers.probabilities().stream()
                    .map(probabilities -> probabilities[best(probabilities)]).toList());
            case ModelMetadata.PROBABILITIES -> output(name, Datatype.FP32, List.of(count, labels.size()), all(answers));
            case ModelMetadata.LABELS -> output(name, Datatype.BYTES, List.of(labels.size()), labels);
            default -> throw InferRequestReader.invalid("wants the output '" + name + "' (expected: one of " + OUTPUTS + ")");
        };
    }

    private static Output output(String name, Datatype datatype, List<Integer> shape, List<?> data) {
        return new Output(name, datatype, shape, Optional.empty(), Optional.of(data));
    }

    private static List<Float> all(Answers answers) {
        List<Float> all = new ArrayList<>();
        for (float[] probabilities : answers.probabilities()) {
            for (float probability : probabilities) {
                all.add(probability);
            }
        }
        return all;
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

    private static byte[] bytes(List<?> data) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer four = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Object element : data) {
            if (element instanceof Float number) {
                all.writeBytes(four.putFloat(0, number).array());
            } else {
                byte[] text = String.valueOf(element).getBytes(StandardCharsets.UTF_8);
                all.writeBytes(four.putInt(0, text.length).array());
                all.writeBytes(text);
            }
        }
        return all.toByteArray();
    }
}
