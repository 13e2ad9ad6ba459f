package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.event.Json;
import io.graft.model.TrainRequest;

/** The contract's page says what the code and the other documents say. */
class ContractTest {

    private final String contract = Documents.text("docs/CONTRACT.md");
    private final List<List<String>> glossary = Documents.table(contract, "## Glossary: one noun per concept");

    @Test
    void namesTypesThatThereAre() {
        // Given
        Set<String> types = Documents.sources("common", "trainer-service", "inference-service").stream().map(Path::getFileName)
                .map(file -> file.toString().replace(".java", "")).collect(Collectors.toSet());

        // When
        List<String> named = glossary.stream().flatMap(row -> Documents.quoted(row.get(1)).stream()).toList();

        // Then
        assertThat(types).containsAll(named);
        assertThat(named).hasSizeGreaterThan(15);
    }

    @Test
    void namesMetricsThatThereAre() {
        // Given
        String operations = Documents.text("docs/operations.md");

        // When
        List<String> named = glossary.stream().flatMap(row -> Documents.quoted(row.get(5)).stream())
                .filter(name -> name.startsWith("graft_")).toList();

        // Then
        assertThat(named).isNotEmpty().allSatisfy(name -> assertThat(operations).contains("| `" + name));
    }

    @Test
    void namesTheTopicsOfTheAsyncApiDocument() {
        // Given
        Set<String> documented = AsyncApi.read().topics().keySet();

        // When
        Set<String> named = Documents.table(contract, "## Topics").stream().filter(row -> !row.get(0).contains("planned"))
                .flatMap(row -> Documents.quoted(row.get(0)).stream()).collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertThat(named).isEqualTo(documented);
    }

    @Test
    void showsATrainRequestThatIsTheDefault() {
        // Given
        String block = contract.substring(contract.indexOf("\n### train-requests"));
        String json = block.substring(block.indexOf("```json") + 7, block.indexOf("```\n", block.indexOf("```json") + 7));

        // When
        TrainRequest shown = TrainRequest.parse(json.getBytes(StandardCharsets.UTF_8));

        // Then
        TrainRequest defaults = TrainRequest.parse(Json.write(Map.of()));
        assertThat(shown.recipe()).isEqualTo(defaults.recipe());
        assertThat(shown.validationFraction()).isEqualTo(defaults.validationFraction());
        assertThat(shown.promotion()).isEqualTo(defaults.promotion());
    }

    @Test
    void namesTheFieldsOfTheEvents() {
        // Given
        AsyncApi document = AsyncApi.read();

        // When
        for (String event : List.of("TrainingProgress", "ModelReady", "Promotion")) {
            Set<String> fields = fields(document.schema(event));
            String heading = (event.equals("Promotion") ? "Promotions" : event).replaceAll("([a-z])([A-Z])", "$1-$2")
                    .toLowerCase(Locale.ROOT);
            String section = Stream.of(contract.split("\n##")).filter(part -> part.startsWith("# " + heading + "\n"))
                    .findFirst()
                    .orElseThrow();

            // Then
            assertThat(fields).as(heading).allSatisfy(field -> assertThat(section).contains("\"" + field + "\""));
        }
    }

    private static Set<String> fields(JsonNode schema) {
        return schema.get("properties").properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }
}
