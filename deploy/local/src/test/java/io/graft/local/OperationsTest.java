package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables of {@code docs/operations.md} say what the code does. */
class OperationsTest {

    private static final Pattern METER = Pattern.compile(
            "(?:(Timer|DistributionSummary|Gauge|Counter)\\.builder|registry\\s*\\.(counter|timer|gauge))\\(\\s*\"(graft\\.[a-z.]+)\"");
    private static final Pattern LITERAL = Pattern.compile("\"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\"");
    /** A literal of the same form that is no code: how pixels are laid out. */
    private static final String NO_CODE = "RGB";

    private final String operations = Documents.text("docs/operations.md");

    @ParameterizedTest
    @ValueSource(strings = { "trainer-service", "inference-service" })
    void documentsEveryKeyOfAService(String service) {
        // Given
        List<List<String>> keys = ConfigurationKey.of(service).stream().map(ConfigurationKey::row).toList();

        // When
        List<List<String>> documented = Documents.table(operations, "### Keys of the " + service);

        // Then
        assertThat(documented).as(() -> "the table should be\n" + markdown(keys)).isEqualTo(keys);
        assertThat(keys).hasSizeGreaterThan(10);
    }

    private static String markdown(List<List<String>> rows) {
        return rows.stream().map(row -> "| " + String.join(" | ", row) + " |").collect(Collectors.joining("\n"));
    }

    @Test
    void documentsEveryMetricAndNoOther() {
        // Given
        Set<String> registered = sources().flatMap(source -> METER.matcher(source).results())
                .map(meter -> prometheus(meter.group(1) == null ? meter.group(2) : meter.group(1), meter.group(3)))
                .collect(Collectors.toCollection(TreeSet::new));

        // When
        Set<String> documented = Documents.table(operations, "## Metrics").stream()
                .map(row -> Documents.quoted(row.get(0)).get(0).replaceAll("\\{.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertThat(documented).isEqualTo(registered);
    }

    /** The name that a meter has in Prometheus' text format. */
    private static String prometheus(String kind, String meter) {
        String name = meter.replace('.', '_');
        return switch (kind) {
            case "counter", "Counter" -> name + "_total";
            case "Timer", "timer" -> name + "_seconds";
            default -> name;
        };
    }

    @Test
    void saysWhatToDoForEveryCode() {
        // Given
        Set<String> codes = sources().flatMap(source -> LITERAL.matcher(source).results()).map(literal -> literal.group(1))
                .filter(literal -> !literal.equals(NO_CODE)).collect(Collectors.toCollection(TreeSet::new));

        // When
        Set<String> documented = Stream.of("### The caller's (INVALID)", "### What is not there (MISSING)",
                "### No room (BUSY)", "### Broken (BROKEN)", "### A version that is refused")
                .flatMap(heading -> Documents.table(operations, heading).stream())
                .flatMap(row -> Documents.quoted(row.get(0)).stream()).collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertThat(documented).isEqualTo(codes);
    }

    private static Stream<String> sources() {
        return Documents.sources("common", "trainer-service", "inference-service").stream().map(Documents::text);
    }
}
