package io.graft.head;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import io.graft.problem.Problem;
import io.graft.tensor.Safetensors;
import io.graft.tensor.Tensor;

/**
 * A head as a safetensors file: {@code weight} [labels, dimension] and {@code bias} [labels], float32.
 * <p>
 * The file explains itself: its metadata holds the labels, a JSON array in the order of the rows.
 */
public final class HeadCodec {

    private static final String WEIGHT = "weight";
    private static final String BIAS = "bias";
    private static final String LABELS = "labels";
    private static final ObjectReader LABELS_READER = JsonMapper.builder().build().readerForListOf(String.class);

    private HeadCodec() {
    }

    /** The same head gives the same bytes. */
    public static byte[] encode(Head head) {
        ArrayNode labels = JsonNodeFactory.instance.arrayNode();
        head.labels().forEach(labels::add);
        int labelCount = head.labels().size();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(WEIGHT, new Tensor(List.of(labelCount, head.dimension()), head.weight()));
        tensors.put(BIAS, new Tensor(List.of(labelCount), head.bias()));
        return Safetensors.write(Map.of(LABELS, labels.toString()), tensors);
    }

    /**
     * Reads a head without trust.
     *
     * @param labels what each row answers, as the event says; the file's own, where it has some, must be the same
     * @throws Problem INVALID {@code TENSORS_INVALID} when it is no strict safetensors file, {@code HEAD_INVALID} when it is
     *         one
     *         of something else
     */
    public static Head decode(byte[] file, List<String> labels) {
        Safetensors tensors = Safetensors.read("head", file);
        if (!tensors.names().equals(Set.of(WEIGHT, BIAS))) {
            throw invalid("has tensors " + tensors.names() + " (expected: weight and bias)");
        }
        String named = tensors.metadata().get(LABELS);
        if (named != null && !read(named).equals(labels)) {
            throw invalid("has other labels in its file than in its event");
        }
        Tensor weight = tensors.tensor(WEIGHT);
        Tensor bias = tensors.tensor(BIAS);
        if (weight.shape().size() != 2 || weight.shape().get(0) != labels.size()) {
            throw invalid("has weight " + weight.shape() + " (expected: [" + labels.size() + ", dimension])");
        }
        if (!bias.shape().equals(List.of(labels.size()))) {
            throw invalid("has bias " + bias.shape() + " (expected: [" + labels.size() + "])");
        }
        return new Head(labels, weight.shape().get(1), weight.values(), bias.values());
    }

    private static List<String> read(String labels) {
        try {
            return LABELS_READER.readValue(labels);
        } catch (JsonProcessingException e) {
            throw invalid("has labels that are not a JSON array of strings");
        }
    }

    private static Problem invalid(String what) {
        return Problem.invalid("HEAD_INVALID", "head " + what);
    }
}
