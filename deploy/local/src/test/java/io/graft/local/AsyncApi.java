package io.graft.local;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SpecVersion.VersionFlag;

import io.graft.event.Json;

/** {@code docs/asyncapi.yaml}, read as far as the tests need it. */
final class AsyncApi {

    private static final String SCHEMAS = "#/components/schemas/";
    /** AsyncAPI's schemas are a superset of draft 7; its components lie beside the schema that refers to them. */
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(VersionFlag.V7,
            factory -> factory.metaSchema(JsonMetaSchema.builder(JsonMetaSchema.getV7())
                    .keyword(new NonValidationKeyword("components")).build()));

    private final JsonNode document;

    private AsyncApi(JsonNode document) {
        this.document = document;
    }

    static AsyncApi read() {
        return new AsyncApi(Documents.yaml(Documents.text("docs/asyncapi.yaml")));
    }

    /**
     * One message of a channel.
     *
     * @param topic that it is written to
     */
    record Message(String topic, String name, JsonNode headers, JsonNode payload, JsonNode key, List<Example> examples) {

        boolean isBinary() {
            return payload.has("contentEncoding");
        }

        boolean isText() {
            return payload.path("type").asText().equals("string") && !isBinary();
        }
    }

    /** An example of a message. A binary payload is written down as base64. */
    record Example(Message message, String name, String key, Map<String, String> headers, JsonNode payload) {

        /** The record's value; for every example but a deletion. */
        byte[] value() {
            return Objects.requireNonNull(bytes(), "a deletion has no value");
        }

        private byte @Nullable [] bytes() {
            if (payload.isNull()) {
                return null;
            }
            if (payload.isTextual()) {
                String text = payload.textValue();
                return message.isText() ? text.getBytes(StandardCharsets.UTF_8) : Base64.getDecoder().decode(text);
            }
            return Json.write(payload);
        }

        private Headers kafkaHeaders() {
            RecordHeaders kafkaHeaders = new RecordHeaders();
            headers.forEach((header, text) -> kafkaHeaders.add(header, text.getBytes(StandardCharsets.UTF_8)));
            return kafkaHeaders;
        }

        ProducerRecord<byte[], byte[]> toSend() {
            return new ProducerRecord<>(message.topic, null, key.getBytes(StandardCharsets.UTF_8), bytes(), kafkaHeaders());
        }

        ConsumerRecord<byte[], byte[]> received() {
            return new ConsumerRecord<>(message.topic, 0, 0, 0, TimestampType.CREATE_TIME, -1, -1,
                    key.getBytes(StandardCharsets.UTF_8), bytes(), kafkaHeaders(), Optional.empty());
        }

        @Override
        public String toString() {
            return message.name + "." + name;
        }
    }

    /** The topics, with what the document says of how they are created. */
    Map<String, JsonNode> topics() {
        Map<String, JsonNode> topics = new TreeMap<>();
        document.get("channels").forEach(channel -> topics.put(channel.get("address").textValue(),
                channel.path("bindings").path("kafka")));
        return topics;
    }

    /** The consumer groups that operations name. */
    Set<String> groups() {
        return document.get("operations").findValues("groupId").stream().map(group -> group.get("const").textValue())
                .collect(Collectors.toSet());
    }

    List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        document.get("channels").forEach(channel -> channel.get("messages").forEach(reference -> {
            String path = reference.get("$ref").textValue();
            messages.add(message(channel.get("address").textValue(), path.substring(path.lastIndexOf('/') + 1),
                    resolve(reference)));
        }));
        return messages;
    }

    List<Example> examples() {
        return messages().stream().flatMap(message -> message.examples().stream()).toList();
    }

    List<Example> examples(String message) {
        return examples().stream().filter(example -> example.message().name().equals(message)).toList();
    }

    private Message message(String topic, String name, JsonNode node) {
        List<Example> examples = new ArrayList<>();
        Message message = new Message(topic, name, node.path("headers"), node.get("payload"),
                resolve(node.get("bindings")).get("kafka").get("key"), examples);
        for (JsonNode example : node.path("examples")) {
            String exampleName = example.get("name").textValue();
            Map<String, String> headers = new TreeMap<>();
            example.path("headers").properties().forEach(header -> headers.put(header.getKey(), header.getValue().textValue()));
            examples.add(new Example(message, exampleName, node.get("x-example-keys").path(exampleName).asText(), headers,
                    example.get("payload")));
        }
        return message;
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").textValue().substring(1)) : node;
    }

    JsonNode schema(String name) {
        return document.at((SCHEMAS + name).substring(1));
    }

    Set<String> schemaNames() {
        return document.at("/components/schemas").properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    /** What a value has against a schema of this document; empty when it fits. */
    List<String> violations(JsonNode schema, JsonNode value) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.get("components"));
        return FACTORY.getSchema(whole).validate(value).stream()
                .map(Object::toString).toList();
    }
}
