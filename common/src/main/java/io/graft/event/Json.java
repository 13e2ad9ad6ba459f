package io.graft.event;

import java.io.IOException;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;

import io.graft.problem.Problem;

/**
 * JSON of the contract, read in two ways: what people send is read strictly, so that a typo cannot pass; what the services send
 * each other is read leniently, so that a rolling upgrade works in either order.
 */
public final class Json {

    /**
     * Unknown and doubled fields, text where a number belongs, a number where text belongs and a second value behind the first
     * are errors.
     */
    public static final JsonMapper STRICT = mapper(new JsonFactory())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(LogicalType.Textual, text -> text
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    /** Unknown fields are ignored, and a string may be as long as the largest event: heads and blocks are strings there. */
    public static final JsonMapper LENIENT = mapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Transactions.EVENT_BYTES_MAX).build())
            .build())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {
    }

    private static JsonMapper.Builder mapper(JsonFactory factory) {
        return JsonMapper.builder(factory)
                .addModules(new Jdk8Module(), new JavaTimeModule(), new ParameterNamesModule())
                .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT,
                        JsonInclude.Include.NON_ABSENT))
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS);
    }

    /**
     * Reads what a person sent.
     *
     * @param code of the problem when it cannot be read
     * @param what names the thing in the problem's sentence, as in {@code train request}
     * @throws Problem INVALID, naming the field and the place
     */
    public static <T> T readStrict(byte[] json, Class<T> type, String code, String what) {
        return read(STRICT, json, type, code, what);
    }

    /** Reads an event of another service. @throws Problem INVALID, naming the field, also when it is absent */
    public static <T> T readLenient(byte[] json, Class<T> type, String code, String what) {
        return read(LENIENT, json, type, code, what);
    }

    public static byte[] write(Object value) {
        try {
            return LENIENT.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw Problem.broken("JSON_UNWRITABLE", value.getClass().getSimpleName() + " cannot be written as JSON", e);
        }
    }

    private static <T> T read(JsonMapper mapper, byte[] json, Class<T> type, String code, String what) {
        T value;
        try {
            value = mapper.readValue(json, type);
        } catch (UnrecognizedPropertyException e) {
            throw Problem.invalid(code, what + " has the unknown field '" + path(e) + "' (expected: "
                    + e.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList() + ")", e);
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof Problem problem) {
                throw problem;
            }
            throw Problem.invalid(code, what + (e.getPath().isEmpty() ? "" : " field '" + path(e) + "'")
                    + " is not valid: " + e.getOriginalMessage(), e);
        } catch (JsonProcessingException e) {
            throw Problem.invalid(code, what + " is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw Problem.invalid(code, what + " cannot be read: " + e.getMessage(), e);
        }
        if (value == null) {
            throw Problem.invalid(code, what + " is null (expected: a JSON object)");
        }
        MissingField.of(value).ifPresent(field -> {
            throw Problem.invalid(code, what + " has no field '" + field + "'");
        });
        return value;
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference reference : e.getPath()) {
            if (reference.getFieldName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
            }
        }
        return path.toString();
    }
}
