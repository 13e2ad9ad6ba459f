package io.graft.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

/** Rules and dashboard ask for metrics that there are. */
class ExpressionsTest {

    private final Set<String> documented = MetricNames.documented();
    private final Rules rules = Rules.read();

    @Test
    void nameMetricsThatAreDocumented() {
        // Given
        Stream<String> expressions = Stream.concat(rules.expressions().stream(), dashboardExpressions().stream());

        // When
        Set<String> unknown = unknown(expressions);

        // Then
        assertThat(unknown).isEmpty();
    }

    @Test
    void areFoundToNameAMetricThatIsNot() {
        // Given
        Stream<String> planted = Stream.of("sum by (task) (rate(graft_prediction_total{outcome=\"ok\"}[5m])) > 0",
                "graft:prediction_busy:ratio_rate1h > 0.01", "histogram_quantile(0.9, graft_prediction_length_seconds_bucket)");

        // When
        Set<String> unknown = unknown(planted);

        // Then
        assertThat(unknown).containsExactly("graft:prediction_busy:ratio_rate1h", "graft_prediction_length_seconds",
                "graft_prediction_total");
    }

    @Test
    void leaveNoRecordingUnused() {
        // Given
        Set<String> used = Stream.concat(rules.expressions().stream(), dashboardExpressions().stream())
                .flatMap(expression -> MetricNames.in(expression).stream()).collect(Collectors.toSet());

        // When
        List<String> unused = rules.recorded().stream().filter(name -> !used.contains(name)).toList();

        // Then
        assertThat(unused).isEmpty();
    }

    @Test
    void documentNoMetricOfOthersThatNobodyAsksFor() {
        // Given
        Set<String> used = Stream.concat(rules.expressions().stream(), dashboardExpressions().stream())
                .flatMap(expression -> MetricNames.in(expression).stream()).map(name -> MetricNames.family(name, documented))
                .collect(Collectors.toSet());

        // When
        List<String> unused = Checkout.table(Checkout.text("docs/operations.md"), "### Metrics of others").stream()
                .flatMap(row -> Checkout.quoted(row.get(0)).stream()).map(name -> name.replaceAll("\\{.*", ""))
                .filter(name -> !used.contains(name)).toList();

        // Then
        assertThat(unused).isEmpty();
    }

    private Set<String> unknown(Stream<String> expressions) {
        return expressions.flatMap(expression -> MetricNames.in(expression).stream())
                .map(name -> MetricNames.family(name, documented))
                .filter(name -> !documented.contains(name) && !rules.recorded().contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Of every panel, of the annotations and of the variables. */
    private static List<String> dashboardExpressions() {
        JsonNode dashboard = Checkout.yaml(Rules.FOLDER + "/dashboard.json");
        List<String> expressions = Stream.concat(dashboard.findValuesAsText("expr").stream(),
                dashboard.at("/templating/list").findValuesAsText("definition").stream()).toList();
        assertThat(expressions).hasSizeGreaterThan(40);
        return expressions;
    }
}
