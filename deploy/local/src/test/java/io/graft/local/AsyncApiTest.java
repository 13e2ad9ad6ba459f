package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.model.ModelReady;
import io.graft.model.Promotion;
import io.graft.model.PromotionPolicy;
import io.graft.model.Recipe;
import io.graft.model.TrainRequest;
import io.graft.model.TrainingPolicy;
import io.graft.model.TrainingProgress;
import io.graft.problem.Problem;
import io.graft.sample.SampleContentCodec;

/** The AsyncAPI document says what the code does. */
class AsyncApiTest {

    /** Objects on the wire that are no record of the code; each has a test of its own. */
    private static final Set<String> NO_RECORDS = Set.of("SampleHeaders", "PredictionRequestHeaders", "DeadLetterHeaders",
            "CandidateHeaders", "JsonSample",
            "SampleCloudEvent");

    private final AsyncApi document = AsyncApi.read();

    @Test
    void documentsEveryTopicAndNoOther() throws ReflectiveOperationException {
        // Given
        Topics topics = new Topics("");
        Set<String> expected = new TreeSet<>();
        for (var method : Topics.class.getMethods()) {
            if (method.getDeclaringClass() == Topics.class && method.getParameterCount() == 0
                    && method.getReturnType() == String.class && !Set.of("prefix", "toString").contains(method.getName())) {
                expected.add((String) method.invoke(topics));
            }
        }
        expected.add(Topics.deadLetter(topics.labelledSamples()));
        expected.add(Topics.deadLetter(topics.trainRequests()));
        expected.add(Topics.deadLetter(topics.predictionRequests()));
        expected.add(Topics.deadLetter(topics.predictionFeedback()));

        // When
        Set<String> documented = document.topics().keySet();

        // Then
        assertThat(documented).isEqualTo(expected);
    }

    @Test
    void documentsEveryFieldOfTheEventsAndNoOther() throws Exception {
        // Given
        RecordSchema code;
        try (URLClassLoader services = serviceClasses()) {
            code = RecordSchema.of(TrainRequest.class, TrainingProgress.class, ModelReady.class, Promotion.class,
                    TrainingPolicy.class, services.loadClass("io.graft.trainer.history.TrainingTrigger"),
                    services.loadClass("io.graft.trainer.queue.QueuedRequest"),
                    services.loadClass("io.graft.trainer.embedding.TaskDimension"),
                    services.loadClass("io.graft.inference.prediction.Prediction"),
                    services.loadClass("io.graft.inference.feedback.FeedbackEvent"));
        }

        // When
        Set<String> documented = document.schemaNames().stream()
                .filter(name -> document.schema(name).path("type").asText().equals("object") && !NO_RECORDS.contains(name))
                .collect(Collectors.toSet());

        // Then
        assertThat(documented).isEqualTo(code.schemas().keySet());
        code.schemas().forEach((name, schema) -> assertThat(withoutOptimizer(RecordSchema.reduced(document.schema(name))))
                .as(name).isEqualTo(schema));
        code.patterns().forEach(
                (name, pattern) -> assertThat(document.schema(name).path("pattern").asText()).as(name).isEqualTo(pattern));
    }

    /** What a service has for itself is in no library. */
    private static URLClassLoader serviceClasses() throws Exception {
        URL trainer = Documents.root().resolve("trainer-service/target/classes").toUri().toURL();
        URL inference = Documents.root().resolve("inference-service/target/classes").toUri().toURL();
        return new URLClassLoader(new URL[] { trainer, inference }, AsyncApiTest.class.getClassLoader());
    }

    /** A text in the code; its words have a test of their own. */
    private static JsonNode withoutOptimizer(JsonNode schema) {
        if (schema.at("/properties/optimizer") instanceof ObjectNode optimizer) {
            optimizer.remove("enum");
        }
        return schema;
    }

    @Test
    void namesTheOptimizersThatAreTaken() {
        // Given
        Set<String> words = new HashSet<>();
        document.schema("Recipe").at("/properties/optimizer/enum").forEach(word -> words.add(word.textValue()));

        // When
        words.forEach(word -> recipe("optimizer", JsonNodeFactory.instance.textNode(word)));

        // Then
        assertThat(words).containsExactlyInAnyOrder(Recipe.AUTO, Recipe.SGD, Recipe.LBFGS);
    }

    @Test
    void givesTheDefaultsThatTheCodeTakes() throws ReflectiveOperationException {
        // Given
        Map<String, Record> defaults = Map.of("Recipe", Recipe.DEFAULT, "PromotionPolicy", PromotionPolicy.DEFAULT,
                "TrainRequest", TrainRequest.parse(Json.write(Map.of())));

        // When
        for (Map.Entry<String, Record> entry : defaults.entrySet()) {
            JsonNode written = Json.LENIENT.valueToTree(entry.getValue());
            for (RecordComponent component : entry.getValue().getClass().getRecordComponents()) {
                JsonNode documented = document.schema(entry.getKey()).path("properties").path(component.getName());

                // Then
                if (!documented.has("$ref")) {
                    assertThat(documented.path("default").asText()).as(component.getName())
                            .isEqualTo(written.path(component.getName()).asText());
                }
            }
        }
    }

    @Test
    void givesTheBoundsThatTheCodeKeeps() {
        // Given
        Map<String, JsonNode> properties = document.schema("Recipe").get("properties").properties().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

        // When
        properties.forEach((name, schema) -> {
            double step = schema.get("type").textValue().equals("integer") ? 1 : 1e-6;
            for (String bound : List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")) {
                if (schema.has(bound)) {
                    double outward = bound.endsWith("inimum") ? -step : step;
                    boolean taken = !bound.startsWith("exclusive");
                    double limit = schema.get(bound).asDouble();

                    // Then
                    assertBound(name, schema, taken ? limit : limit - outward, taken ? limit + outward : limit);
                }
            }
        });
    }

    private static void assertBound(String name, JsonNode schema, double taken, double refused) {
        recipe(name, number(schema, taken));
        assertThatThrownBy(() -> recipe(name, number(schema, refused))).as(name).isInstanceOf(Problem.class)
                .hasMessageContaining(name);
    }

    private static JsonNode number(JsonNode schema, double value) {
        return schema.get("type").textValue().equals("integer") ? JsonNodeFactory.instance.numberNode((long) value)
                : JsonNodeFactory.instance.numberNode(value);
    }

    private static Recipe recipe(String field, JsonNode value) {
        return TrainRequest.parse(Json.write(Map.of("recipe", Map.of(field, value)))).recipe();
    }

    @Test
    void refusesUnknownFieldsWhereTheCodeDoes() {
        // Given
        List<String> ofPeople = List.of("TrainRequest", "TrainingCause", "TrainingPolicy", "Recipe", "PromotionPolicy",
                "UnknownPolicy", "JsonSample");

        // When
        Set<String> strict = document.schemaNames().stream()
                .filter(name -> document.schema(name).path("additionalProperties").isBoolean())
                .filter(name -> !document.schema(name).path("additionalProperties").booleanValue()).collect(Collectors.toSet());

        // Then
        assertThat(strict).containsExactlyInAnyOrderElementsOf(ofPeople);
    }

    @Test
    void documentsEveryFieldOfAJsonSample() {
        // Given
        Class<?> sample = Arrays.stream(SampleContentCodec.class.getDeclaredClasses())
                .filter(type -> type.getSimpleName().equals("JsonSample")).findFirst().orElseThrow();

        // When
        Set<String> documented = document.schema("JsonSample").get("properties").properties().stream().map(Map.Entry::getKey)
                .collect(Collectors.toSet());

        // Then
        assertThat(documented).isEqualTo(Arrays.stream(sample.getDeclaredFields()).filter(field -> !field.isSynthetic())
                .map(Field::getName).collect(Collectors.toSet()));
    }
}
