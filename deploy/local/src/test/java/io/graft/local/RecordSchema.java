package io.graft.local;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The schemas that records of the code have in JSON, by the simple name of each. */
final class RecordSchema {

    private static final Set<String> COMPARED = Set.of("type", "format", "$ref", "items", "enum", "properties",
            "additionalProperties");
    private static final Map<Class<?>, String> SCALARS = Map.ofEntries(Map.entry(int.class, "integer"),
            Map.entry(Integer.class, "integer"), Map.entry(long.class, "integer"), Map.entry(Long.class, "integer"),
            Map.entry(double.class, "number"), Map.entry(Double.class, "number"), Map.entry(float.class, "number"),
            Map.entry(Float.class, "number"), Map.entry(String.class, "string"), Map.entry(boolean.class, "boolean"),
            Map.entry(Boolean.class, "boolean"));
    private static final Map<Class<?>, String> TEXT_FORMATS = Map.of(Instant.class, "date-time", Duration.class, "duration",
            URI.class, "uri");

    private final Map<String, JsonNode> schemas = new TreeMap<>();
    private final Map<String, String> patterns = new TreeMap<>();

    private RecordSchema() {
    }

    /** The schemas of these records and of every record that they hold. */
    static RecordSchema of(Class<?>... roots) {
        RecordSchema schema = new RecordSchema();
        Arrays.stream(roots).forEach(schema::addRecord);
        return schema;
    }

    Map<String, JsonNode> schemas() {
        return schemas;
    }

    /** The regular expressions of the ids. */
    Map<String, String> patterns() {
        return patterns;
    }

    private void addRecord(Class<?> type) {
        if (schemas.containsKey(type.getSimpleName())) {
            return;
        }
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        schemas.put(type.getSimpleName(), schema);
        ObjectNode properties = schema.putObject("properties");
        TreeSet<String> required = new TreeSet<>();
        // A record with a creator of its own takes a default for whatever is absent.
        boolean defaults = Arrays.stream(type.getDeclaredMethods())
                .anyMatch(made -> made.isAnnotationPresent(JsonCreator.class));
        for (RecordComponent component : type.getRecordComponents()) {
            boolean optional = component.getType() == Optional.class;
            properties.set(component.getName(), schema(optional
                    ? ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0]
                    : component.getGenericType()));
            if (!optional && !defaults) {
                required.add(component.getName());
            }
        }
        required.forEach(schema.withArray("required")::add);
    }

    private JsonNode schema(Type type) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            return generic.getRawType() == List.class
                    ? schema.put("type", "array").set("items", schema(last))
                    : schema.put("type", "object").set("additionalProperties", schema(last));
        }
        Class<?> raw = (Class<?>) type;
        if (TEXT_FORMATS.containsKey(raw)) {
            return schema.put("type", "string").put("format", TEXT_FORMATS.get(raw));
        }
        if (SCALARS.containsKey(raw)) {
            schema.put("type", SCALARS.get(raw));
            if (raw == long.class || raw == Long.class) {
                schema.put("format", "int64");
            }
            return schema;
        }
        if (raw.isEnum()) {
            words(raw).forEach(schema.put("type", "string").putArray("enum")::add);
            return schema;
        }
        if (isId(raw)) {
            pattern(raw).ifPresent(pattern -> patterns.put(raw.getSimpleName(), pattern));
        } else {
            addRecord(raw);
        }
        return schema.put("$ref", "#/components/schemas/" + raw.getSimpleName());
    }

    /** The words of an enum, in its order. */
    static List<String> words(Class<?> type) {
        return Arrays.stream(type.getFields()).filter(Field::isEnumConstant)
                .map(constant -> constant.getAnnotation(JsonProperty.class).value()).toList();
    }

    private static boolean isId(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods()).anyMatch(method -> isValue(method));
    }

    private static boolean isValue(Method method) {
        return method.isAnnotationPresent(JsonValue.class);
    }

    private static Optional<String> pattern(Class<?> id) {
        try {
            Field rule = id.getDeclaredField("RULE");
            rule.setAccessible(true);
            // JSON Schema's expressions know no POSIX classes, and match anywhere in a text.
            return Optional.of("^" + ((Pattern) rule.get(null)).pattern().replace("\\p{Cntrl}", "\\x00-\\x1f\\x7f") + "$");
        } catch (NoSuchFieldException e) {
            return Optional.empty();
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A schema of the document without what the code's types do not say: descriptions, bounds, defaults. */
    static JsonNode reduced(JsonNode documented) {
        ObjectNode reduced = JsonNodeFactory.instance.objectNode();
        documented.properties().forEach(entry -> {
            String name = entry.getKey();
            JsonNode value = entry.getValue();
            if (name.equals("properties")) {
                ObjectNode properties = reduced.putObject(name);
                value.properties().forEach(property -> properties.set(property.getKey(), reduced(property.getValue())));
            } else if (name.equals("items") || (name.equals("additionalProperties") && value.isObject())) {
                reduced.set(name, reduced(value));
            } else if (COMPARED.contains(name) && !value.isBoolean()) {
                reduced.set(name, value);
            }
        });
        if (reduced.has("properties")) {
            TreeSet<String> required = new TreeSet<>();
            documented.path("required").forEach(field -> required.add(field.textValue()));
            required.forEach(reduced.withArray("required")::add);
        }
        return reduced;
    }
}
