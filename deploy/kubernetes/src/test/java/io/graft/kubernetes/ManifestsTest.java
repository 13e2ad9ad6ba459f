package io.graft.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator applies keeps every rule. */
class ManifestsTest {

    @Test
    void keepEveryRuleAsFiles() {
        // Given
        Manifests manifests = Kustomize.files("cpu");

        // When
        Map<String, List<String>> violations = violations(manifests);

        // Then
        assertThat(violations).isEmpty();
        assertThat(manifests.all()).hasSizeGreaterThan(40);
    }

    @ParameterizedTest
    @ValueSource(strings = { "cpu", "gpu", "minimal" })
    void keepEveryRuleAsRendered(String overlay) {
        // Given
        Manifests manifests = Kustomize.rendered(overlay);

        // When
        Map<String, List<String>> violations = violations(manifests);

        // Then
        assertThat(violations).isEmpty();
        assertThat(manifests.workloads()).hasSize(2);
    }

    @Test
    void runOnAGpuOrNotAtAll() {
        // Given
        Manifests manifests = Kustomize.rendered("gpu");

        // When
        List<Manifest> workloads = manifests.workloads();

        // Then
        assertThat(workloads).hasSize(2).allSatisfy(each -> {
            assertThat(each.at("/spec/template/spec/containers/0/resources/limits").get("nvidia.com/gpu").asInt()).isEqualTo(1);
            assertThat(each.at("/spec/template/spec/nodeSelector")).isNotEmpty();
            assertThat(each.at("/spec/template/spec/tolerations")).isNotEmpty();
            assertThat(each.at("/spec/template/spec/containers/0/env").toString())
                    .contains("-Dgraft.backbones.resnet18.device=gpu");
        });
    }

    @Test
    void needOneNodeWhereTheyAreMinimal() {
        // Given
        Manifests manifests = Kustomize.rendered("minimal");

        // When
        List<Manifest> pools = manifests.ofKind("KafkaNodePool");

        // Then
        assertThat(pools).singleElement().satisfies(pool -> {
            assertThat(pool.at("/spec/replicas").asInt()).isOne();
            assertThat(pool.at("/spec/template/pod").has("affinity")).isFalse();
        });
        assertThat(manifests.workloads()).allSatisfy(each -> assertThat(each.at("/spec/replicas").asInt()).isOne());
        assertThat(manifests.find("Kafka", "graft").orElseThrow().at("/spec/kafka/config").get("min.insync.replicas").asInt())
                .isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = { "cpu", "gpu", "minimal" })
    void nameTheImagesThatAreBuilt(String overlay) {
        // Given
        Map<String, String> built = Map.of("graft-trainer-service", image("trainer-service"), "graft-inference-service",
                image("inference-service"));

        // When
        Map<String, String> named = new TreeMap<>();
        Checkout.yaml("deploy/kubernetes/overlays/" + overlay + "/kustomization.yaml").path("images")
                .forEach(image -> named.put(image.path("name").asText(), image.path("newName").asText()));

        // Then
        assertThat(named).isEqualTo(built);
    }

    /** As the command of the operations guide builds it. */
    private static String image(String module) {
        Properties properties = Checkout.properties(Checkout.text(module + "/src/main/resources/application.properties"));
        return "registry.example.org/" + properties.getProperty("quarkus.container-image.group") + "/"
                + properties.getProperty("quarkus.container-image.name");
    }

    private static Map<String, List<String>> violations(Manifests manifests) {
        Map<String, List<String>> violations = new TreeMap<>();
        for (Check check : Check.ALL) {
            List<String> found = check.violations(manifests);
            if (!found.isEmpty()) {
                violations.put(check.getClass().getSimpleName(), found);
            }
        }
        return violations;
    }
}
