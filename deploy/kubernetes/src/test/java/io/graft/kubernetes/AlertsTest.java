package io.graft.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

/** Each alert is explained, tested, and the same for both ways to load it. */
class AlertsTest {

    private static final String RUNBOOK = "https://docs.example.org/graft/operations.md#";

    private final List<JsonNode> alerts = Rules.read().alerts();

    @Test
    void haveARunbookAndNoOtherIsThere() {
        // Given
        Set<String> names = names(alerts);

        // When
        Set<String> documented = Checkout.text("docs/operations.md").lines().dropWhile(line -> !line.equals("## Alerts"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## ")).filter(line -> line.startsWith("### "))
                .map(line -> line.substring(4)).collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertThat(documented).isEqualTo(names);
        assertThat(alerts).allSatisfy(alert -> {
            assertThat(alert.at("/annotations/runbook_url").asText()).isEqualTo(RUNBOOK + name(alert).toLowerCase(Locale.ROOT));
            assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
            assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning", "info");
        });
    }

    @Test
    void areTestedFiringAndNotFiring() {
        // Given
        Set<String> names = names(alerts);
        JsonNode tests = Checkout.yaml(Rules.FOLDER + "/graft.rules.test.yaml").get("tests");

        // When
        Set<String> firing = new TreeSet<>();
        Set<String> silent = new TreeSet<>();
        for (JsonNode test : tests) {
            for (JsonNode expectation : test.get("alert_rule_test")) {
                (expectation.get("exp_alerts").isEmpty() ? silent : firing).add(expectation.get("alertname").asText());
            }
        }

        // Then
        assertThat(firing).isEqualTo(names);
        assertThat(silent).isEqualTo(names);
    }

    @Test
    void areTheSameForPrometheusAndItsOperator() {
        // Given
        String head = Checkout.text(Rules.FOLDER + "/prometheus-rule.head.yaml");

        // When
        String made = head + Checkout.text(Rules.FILE).lines().filter(line -> !line.startsWith("#"))
                .map(line -> "  " + line + "\n").collect(Collectors.joining());

        // Then
        assertThat(Checkout.text(Rules.FOLDER + "/prometheus-rule.yaml"))
                .as("make it again as deploy/observability/README.md says").isEqualTo(made);
    }

    private static Set<String> names(List<JsonNode> alerts) {
        return alerts.stream().map(AlertsTest::name).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String name(JsonNode alert) {
        return alert.get("alert").asText();
    }
}
