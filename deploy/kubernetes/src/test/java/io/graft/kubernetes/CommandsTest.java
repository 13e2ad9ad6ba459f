package io.graft.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** Commands that the documentation tells an operator to type name what is there. */
class CommandsTest {

    private static final Pattern COMMAND = Pattern.compile("kubectl [^`\n]+");
    /** Manifests say their namespace themselves. */
    private static final Pattern OF_MANIFESTS = Pattern.compile("kubectl (?:apply|diff|kustomize) .*|kubectl diff -k");
    private static final Pattern NAMED = Pattern.compile(" (statefulset|scaledobject|kafka|pod) ([a-z][a-z0-9-]*)");
    private static final Map<String, String> KINDS = Map.of("statefulset", "StatefulSet", "scaledobject", "ScaledObject",
            "kafka", "Kafka");

    private final List<String> commands = COMMAND.matcher(Checkout.text("docs/operations.md")).results()
            .map(found -> found.group()).toList();

    @Test
    void nameTheirNamespace() {
        // When
        List<String> elsewhere = commands.stream().filter(command -> !OF_MANIFESTS.matcher(command).matches())
                .filter(command -> !command.startsWith("kubectl -n graft ")).toList();

        // Then
        assertThat(elsewhere).isEmpty();
        assertThat(commands).hasSizeGreaterThan(10);
    }

    @Test
    void nameWhatTheManifestsMake() {
        // Given
        Manifests manifests = Kustomize.files("cpu");
        Set<String> there = KINDS.entrySet().stream().flatMap(kind -> manifests.ofKind(kind.getValue()).stream()
                .map(manifest -> kind.getKey() + " " + manifest.name())).collect(Collectors.toCollection(TreeSet::new));
        there.addAll(pods(manifests).toList());

        // When
        Set<String> named = commands.stream()
                .flatMap(command -> NAMED.matcher(command).results().map(found -> found.group(1) + " " + found.group(2)))
                .collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertThat(there).containsAll(named);
        assertThat(named).contains("scaledobject graft-trainer", "pod graft-brokers-0");
    }

    /** The first pod of each workload and of each pool of Kafka. */
    private static Stream<String> pods(Manifests manifests) {
        Stream<String> pools = manifests.ofKind("KafkaNodePool").stream()
                .map(pool -> pool.labels("/metadata/labels").get("strimzi.io/cluster") + "-" + pool.name());
        return Stream.concat(manifests.workloads().stream().map(Manifest::name), pools).map(name -> "pod " + name + "-0");
    }
}
