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
 * of
 * CloudEvents).
 * <p>
 * Attributes are the contract's headers by their plain name: {@code label}, {@code split}, {@code task}. A plain header counts
 * before the CloudEvents extension of the same name.
 */
public final class Envelope {

    private static final String CLOUD_EVENTS_PREFIX = "ce_";
    private static final String STRUCTURED_CONTENT_TYPE = "application/cloudevents+json";
    private static final String CONTENT_TYPE = "content-type";

    private final Map<String, String> attributes;
    private final Optional<String> contentType;
    private final byte @Nullable [] body;

    private Envelope(Map<String, String> attributes, Optional<String> contentType, byte @Nullable [] body) {
        this.attributes = attributes;
        this.contentType = contentType;
        this.body = body;
    }

    /** Opens a record. @throws Problem INVALID {@code CLOUD_EVENT_INVALID} when it claims to be a CloudEvent and is none */
    public static Envelope open(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> attributes = new HashMap<>();
        Map<String, String> extensions = new HashMap<>();
        for (Header header : record.headers()) {
            String name = header.key().toLowerCase(Locale.ROOT);
            if (header.value() == null) {
                continue;
            }
            if (name.startsWith(CLOUD_EVENTS_PREFIX)) {
                extensions.put(name.substring(CLOUD_EVENTS_PREFIX.length()), utf8(name, header.value()));
            } else if (!name.startsWith(DeadLetter.HEADER_PREFIX)) {
                attributes.put(name, utf8(name, header.value()));
            }
        }
        Optional<String> contentType = Optional.ofNullable(attributes.get(CONTENT_TYPE)).map(Envelope::mediaType);
        if (contentType.filter(STRUCTURED_CONTENT_TYPE::equals).isPresent() && record.value() != null) {
            return structured(attributes, record.value());
        }
        requireSpecification(extensions.get("specversion"));
        contentType = contentType.or(() -> Optional.ofNullable(extensions.get("datacontenttype")).map(Envelope::mediaType));
        extensions.forEach(attributes::putIfAbsent);
        return new Envelope(attributes, contentType, record.value());
    }

    private static Envelope structured(Map<String, String> attributes, byte[] value) {
        ObjectNode event = Json.readStrict(value, ObjectNode.class, "CLOUD_EVENT_INVALID", "structured CloudEvent");
        if (!event.path("specversion").isTextual()) {
            throw Problem.invalid("CLOUD_EVENT_INVALID", "structured CloudEvent has no specversion (expected: 1.0)");
        }
        requireSpecification(event.get("specversion").asText());
        event.properties().forEach(field -> {
            if (field.getValue().isValueNode() && !field.getKey().equals("data_base64")) {
                attributes.putIfAbsent(field.getKey(), field.getValue().asText());
            }
        });
        Optional<String> contentType = Optional.ofNullable(event.get("datacontenttype")).map(JsonNode::asText)
                .map(Envelope::mediaType);
        return new Envelope(attributes, contentType, structuredBody(event, contentType));
    }

    private static byte @Nullable [] structuredBody(ObjectNode event, Optional<String> contentType) {
        JsonNode base64 = event.get("data_base64");
        if (base64 != null) {
            try {
                return Base64.getDecoder().decode(base64.asText());
            } catch (IllegalArgumentException e) {
                throw Problem.invalid("CLOUD_EVENT_INVALID", "structured CloudEvent data_base64 is not base64", e);
            }
        }
        JsonNode data = event.get("data");
        if (data == null || data.isNull()) {
            return null;
        }
        boolean json = contentType.isEmpty() || contentType.get().endsWith("json");
        return data.isTextual() && !json ? data.asText().getBytes(StandardCharsets.UTF_8) : Json.write(data);
    }

    private static void requireSpecification(@Nullable String version) {
        if (version != null && !version.equals("1.0")) {
            throw Problem.invalid("CLOUD_EVENT_INVALID", "CloudEvent specversion is '" + version + "' (expected: 1.0)");
        }
    }

    /** The media type of a {@code Content-Type}: in lower case, without parameters. */
    public static String mediaType(String contentType) {
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
    }

    private static String utf8(String name, byte[] value) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
        } catch (CharacterCodingException e) {
            throw Problem.invalid("HEADER_INVALID", "header '" + name + "' is not UTF-8", e);
        }
    }

    /** The value of a header or extension attribute. */
    public Optional<String> attribute(String name) {
        return Optional.ofNullable(attributes.get(name));
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
