package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in both services, since the library knows no framework, is the same in both. */
class TwinsTest {

    /** The paths of health are each service's own. */
    private static final String OWN_LINE = "    private static final List<String> NOT_LIMITED = ";

    @Test
    void guardBothServicesAlike() {
        // When
        Map<String, String> trainer = access("trainer");

        // Then
        assertThat(trainer).hasSizeGreaterThan(5).isEqualTo(access("inference"));
    }

    private static Map<String, String> access(String service) {
        return Documents.sources(service + "-service").stream()
                .filter(source -> source.getParent().endsWith(Path.of(service, "access")))
                .collect(Collectors.toMap(source -> source.getFileName().toString(), source -> text(source, service),
                        (one, other) -> one, TreeMap::new));
    }

    @ParameterizedTest
    @ValueSource(strings = { "NamedBackbones.java", "ObjectsConfig.java", "ObjectsS3Config.java", "ObjectsSetup.java",
            "ResidentMemory.java" })
    void haveTheseClassesAlike(String name) {
        // Then
        assertThat(source("trainer", name)).isEqualTo(source("inference", name));
    }

    private static String source(String service, String name) {
        return Documents.sources(service + "-service").stream().filter(source -> source.endsWith(name)).findFirst()
                .map(source -> text(source, service)).orElseThrow();
    }

    private static String text(Path source, String service) {
        return Documents.text(source).lines().filter(line -> !line.startsWith("package ") && !line.startsWith(OWN_LINE))
                .map(line -> line.replace("io.graft." + service, "io.graft.service")).collect(Collectors.joining("\n"));
    }
}
