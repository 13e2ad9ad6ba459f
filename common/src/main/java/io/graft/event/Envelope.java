package io.graft.event;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.problem.Problem;

/**
 * What a record carries, whether it came plain or as a CloudEvent 1.0 in binary or structured mode (the Kafka protocol binding
 * of CloudEvents).
 * <p>
 * Attributes are the contract's headers by their plain name: {@code label}, {@code split}, {@code task}. A plain header counts
 * before the CloudEvents extension of the same name.
 */
public final class Envelope {

    private static final String CLOUD_EVENTS_PREFIX = "ce_";
    private static final String STRUCTURED_CONTENT_TYPE = "application/cloudevents+json";
    private static final String CONTENT_TYPE = "content-type";
    private static final String DATA_CONTENT_TYPE = "datacontenttype";
    private static final String DATA = "data";
    private static final String DATA_BASE64 = "data_base64";

    private final Map<String, byte[]> attributes;
    private final Optional<String> contentType;
    private final byte @Nullable [] body;

    private Envelope(Map<String, byte[]> attributes, Optional<String> contentType, byte @Nullable [] body) {
        this.attributes = attributes;
        this.contentType = contentType;
        this.body = body;
    }

    /** Opens a record. @throws Problem INVALID {@code CLOUD_EVENT_INVALID} when it claims to be a CloudEvent and is none */
    public static Envelope open(ConsumerRecord<byte[], byte[]> record) {
        Map<String, byte[]> attributes = new HashMap<>();
        Map<String, byte[]> extensions = new HashMap<>();
        for (Header header : record.headers()) {
            String name = header.key().toLowerCase(Locale.ROOT);
            if (header.value() == null) {
                continue;
            }
            if (name.startsWith(CLOUD_EVENTS_PREFIX)) {
                extensions.put(name.substring(CLOUD_EVENTS_PREFIX.length()), header.value());
            } else if (!name.startsWith(DeadLetter.HEADER_PREFIX)) {
                attributes.put(name, header.value());
            }
        }
        Optional<String> contentType = text(attributes, CONTENT_TYPE).map(Envelope::mediaType);
        byte[] value = record.value();
        if (value != null && value.length > 0 && contentType.filter(STRUCTURED_CONTENT_TYPE::equals).isPresent()) {
            return structured(attributes, value);
        }
        requireSpecification(text(extensions, "specversion"));
        contentType = contentType.or(() -> text(extensions, DATA_CONTENT_TYPE).map(Envelope::mediaType));
        extensions.forEach(attributes::putIfAbsent);
        return new Envelope(attributes, contentType, value);
    }

    private static Envelope structured(Map<String, byte[]> attributes, byte[] value) {
        ObjectNode event = Json.readStrict(value, ObjectNode.class, "CLOUD_EVENT_INVALID", "structured CloudEvent");
        if (!event.path("specversion").isTextual()) {
            throw Problem.invalid("CLOUD_EVENT_INVALID", "structured CloudEvent has no specversion (expected: 1.0)");
        }
        requireSpecification(Optional.of(event.get("specversion").asText()));
        for (Map.Entry<String, JsonNode> field : event.properties()) {
            boolean isAttribute = !field.getKey().equals(DATA) && !field.getKey().equals(DATA_BASE64);
            if (isAttribute && field.getValue().isValueNode() && !field.getValue().isNull()) {
                attributes.putIfAbsent(field.getKey(), field.getValue().asText().getBytes(StandardCharsets.UTF_8));
            }
        }
        Optional<String> contentType = present(event, DATA_CONTENT_TYPE).map(JsonNode::asText).map(Envelope::mediaType);
        Optional<JsonNode> data = present(event, DATA);
        Optional<JsonNode> base64 = present(event, DATA_BASE64);
        if (base64.isPresent()) {
            if (data.isPresent()) {
                throw Problem.invalid("CLOUD_EVENT_INVALID",
                        "structured CloudEvent has data and data_base64 (expected: one of them)");
            }
            return new Envelope(attributes, contentType, decode(base64.get()));
        }
        // CloudEvents 1.0, JSON format, 3.1: data without a type is JSON.
        String type = contentType.orElse("application/json");
        return new Envelope(attributes, data.isPresent() ? Optional.of(type) : contentType,
                data.map(content -> bytes(content, type)).orElse(null));
    }

    private static Optional<JsonNode> present(ObjectNode event, String field) {
        return Optional.ofNullable(event.get(field)).filter(value -> !value.isNull());
    }

    private static byte[] decode(JsonNode base64) {
        if (!base64.isTextual()) {
            throw Problem.invalid("CLOUD_EVENT_INVALID", "structured CloudEvent data_base64 is not text");
        }
        try {
            return Base64.getDecoder().decode(base64.asText());
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("CLOUD_EVENT_INVALID", "structured CloudEvent data_base64 is not base64", e);
        }
    }

    private static byte[] bytes(JsonNode data, String contentType) {
        return data.isTextual() && !contentType.endsWith("json") ? data.asText().getBytes(StandardCharsets.UTF_8)
                : Json.write(data);
    }

    private static void requireSpecification(Optional<String> version) {
        version.filter(number -> !number.equals("1.0")).ifPresent(number -> {
            String quoted = number.length() <= 80 ? number : number.substring(0, 80) + "…";
            throw Problem.invalid("CLOUD_EVENT_INVALID", "CloudEvent specversion is '" + quoted + "' (expected: 1.0)");
        });
    }

    /** The media type of a {@code Content-Type}: in lower case, without parameters. */
    public static String mediaType(String contentType) {
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
    }

    private static Optional<String> text(Map<String, byte[]> attributes, String name) {
        byte[] value = attributes.get(name);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
        } catch (CharacterCodingException e) {
            throw Problem.invalid("HEADER_INVALID", "header '" + name + "' is not UTF-8", e);
        }
    }

    /**
     * The value of a header or extension attribute. Other people's headers may hold any bytes: only one that is asked for must
     * be text.
     *
     * @throws Problem INVALID {@code HEADER_INVALID} when it is not UTF-8
     */
    public Optional<String> attribute(String name) {
        return text(attributes, name);
    }

    /** The media type of the body, in lower case and without parameters. */
    public Optional<String> contentType() {
        return contentType;
    }

    /** The body; empty for a tombstone. Shared with the record, not copied. */
    public byte[] body() {
        return body == null ? new byte[0] : body;
    }

    /** Whether the record says that what its key names is to be deleted. */
    public boolean isTombstone() {
        return body == null || body.length == 0;
    }
}
