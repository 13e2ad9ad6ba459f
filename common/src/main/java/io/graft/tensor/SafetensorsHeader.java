package io.graft.tensor;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import io.graft.problem.Problem;

/** The JSON at the head of a safetensors file: what is where. Parsed without trust. */
final class SafetensorsHeader {

    static final String METADATA = "__metadata__";
    static final int SIZE_BYTES_MAX = 16 << 20;

    private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");
    private static final int DIMENSION_COUNT_MAX = 8;
    /** An empty one stands before what begins at its place. */
    private static final Comparator<TensorEntry> ORDER = Comparator.comparingInt(TensorEntry::begin)
            .thenComparingInt(TensorEntry::end);
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(4).maxNumberLength(20)
                    .maxStringLength(SIZE_BYTES_MAX).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private final String owner;
    private final int dataBegin;
    private final int dataSize;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, TensorEntry> entries = new LinkedHashMap<>();

    private SafetensorsHeader(String owner, int dataBegin, int dataSize) {
        this.owner = owner;
        this.dataBegin = dataBegin;
        this.dataSize = dataSize;
    }

    /**
     * @param owner whose file it is, for messages
     * @param text the header's bytes
     * @param dataBegin offset in the file where the header ends
     * @param dataSize bytes from there to the end of the file
     */
    static SafetensorsHeader parse(String owner, ByteBuffer text, int dataBegin, int dataSize) {
        SafetensorsHeader header = new SafetensorsHeader(owner, dataBegin, dataSize);
        JsonNode root = header.json(text);
        if (!root.isObject()) {
            throw header.invalid("has a header that is not a JSON object");
        }
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (field.getKey().equals(METADATA)) {
                header.readMetadata(field.getValue());
            } else {
                header.entries.put(field.getKey(), header.entry(field.getKey(), field.getValue()));
            }
        }
        header.requireContiguous();
        return header;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    Map<String, TensorEntry> entries() {
        return entries;
    }

    private JsonNode json(ByteBuffer text) {
        try {
            // Through a decoder that reports, because the parser guesses UTF-16 and UTF-32 from bytes.
            return JSON.readTree(StandardCharsets.UTF_8.newDecoder().decode(text).toString());
        } catch (CharacterCodingException e) {
            throw invalid("has a header that is not UTF-8");
        } catch (JsonProcessingException e) {
            throw invalid("has a header that is not JSON: " + e.getOriginalMessage());
        }
    }

    private void readMetadata(JsonNode node) {
        if (!node.isObject()) {
            throw invalid("has a " + METADATA + " that is not an object");
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!field.getValue().isTextual()) {
                throw invalid("has " + METADATA + " '" + field.getKey() + "' that is not a string");
            }
            metadata.put(field.getKey(), field.getValue().textValue());
        }
    }

    private TensorEntry entry(String name, JsonNode node) {
        Set<String> fields = new TreeSet<>();
        node.fieldNames().forEachRemaining(fields::add);
        if (!fields.equals(FIELDS)) {
            throw invalid("has tensor '" + name + "' with fields " + fields + " (expected: " + new TreeSet<>(FIELDS) + ")");
        }
        TensorType type = type(name, node.path("dtype").asText());
        List<Integer> shape = integers(name, "shape", node.path("shape"), DIMENSION_COUNT_MAX);
        List<Integer> offsets = integers(name, "data_offsets", node.path("data_offsets"), 2);
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1) || offsets.get(1) > dataSize) {
            throw invalid("has tensor '" + name + "' at " + offsets + " (expected: within " + dataSize + " bytes)");
        }
        int size = offsets.get(1) - offsets.get(0);
        if (size != sizeBytes(name, type, shape)) {
            throw invalid("has tensor '" + name + "' of " + shape + " " + type + " in " + size + " bytes");
        }
        return new TensorEntry(name, type, shape, dataBegin + offsets.get(0), dataBegin + offsets.get(1));
    }

    private TensorType type(String name, String text) {
        for (TensorType type : TensorType.values()) {
            if (type.name().equals(text)) {
                return type;
            }
        }
        throw invalid(
                "has tensor '" + name + "' of dtype '" + text + "' (expected: one of " + Arrays.toString(TensorType.values())
                        + ")");
    }

    private List<Integer> integers(String name, String field, JsonNode node, int countMax) {
        if (!node.isArray() || node.size() > countMax) {
            throw invalid("has tensor '" + name + "' whose " + field + " is not an array of at most " + countMax);
        }
        List<Integer> integers = new ArrayList<>(node.size());
        for (JsonNode number : node) {
            if (!number.isInt() || number.intValue() < 0) {
                throw invalid("has tensor '" + name + "' whose " + field + " is " + node + " (expected: whole numbers)");
            }
            integers.add(number.intValue());
        }
        return integers;
    }

    private long sizeBytes(String name, TensorType type, List<Integer> shape) {
        long sizeBytes = shape.contains(0) ? 0 : type.sizeBytes();
        for (int dimension : shape) {
            if (sizeBytes > dataSize) {
                throw invalid("has tensor '" + name + "' of " + shape + " (expected: one in " + dataSize + " bytes)");
            }
            sizeBytes *= dimension;
        }
        return sizeBytes;
    }

    /** No byte is outside a tensor and none is in two, so that a file says nothing that its header does not. */
    private void requireContiguous() {
        int end = dataBegin;
        for (TensorEntry entry : entries.values().stream().sorted(ORDER).toList()) {
            if (entry.begin() != end) {
                throw invalid("has tensor '" + entry.name() + "' at " + (entry.begin() - dataBegin) + " (expected: at "
                        + (end - dataBegin) + ", behind the one before)");
            }
            end = entry.end();
        }
        if (end != dataBegin + dataSize) {
            throw invalid("has " + dataSize + " bytes of data (expected: " + (end - dataBegin) + ", as in its header)");
        }
    }

    private Problem invalid(String what) {
        return Safetensors.invalid(owner, what);
    }
}
