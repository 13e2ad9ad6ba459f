package io.graft.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the patches of overlays say is known and fits, also where no kubectl is there to render them. */
class PatchesTest {

    private static final Manifests BELOW = Kustomize.files("minimal");

    private static Manifest merged(String patch) {
        return Patches.merged(Checkout.documents(patch).get(0), BELOW);
    }

    private static List<Manifest> operated(String operation, String kind) {
        return Patches.operated(Checkout.documents(operation), kind, BELOW);
    }

    @ParameterizedTest
    @CsvSource({ "gpu, 2", "minimal, 23" })
    void ofOverlaysHaveKnownFieldsAlone(String overlay, int leastCount) {
        // When
        Manifests patches = Patches.ofOverlay(overlay);

        // Then
        assertThat(new KnownFields().violations(patches)).isEmpty();
        assertThat(patches.all()).hasSizeGreaterThanOrEqualTo(leastCount);
    }

    @Test
    void withAFieldThatIsNotKnownAreFound() {
        // Given
        Manifest merged = merged("{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: graft-trainer}, "
                + "spec: {template: {spec: {nodeSelectors: {a: b}}}}}");
        List<Manifest> operated = operated("{op: add, path: /spec/replica, value: 1}", "StatefulSet");

        // Then
        assertThat(new KnownFields().violations(new Manifests(List.of(merged)))).singleElement().asString()
                .contains("Unrecognized field \"nodeSelectors\"");
        assertThat(new KnownFields().violations(new Manifests(operated))).hasSize(2)
                .allSatisfy(each -> assertThat(each).contains("Unrecognized field \"replica\""));
    }

    @Test
    void ofWhatIsNotThereAreRefused() {
        // Then
        assertThatIllegalArgumentException()
                .isThrownBy(() -> merged("{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: graft-train}}"))
                .withMessage("a patch is for StatefulSet 'graft-train', which is not there");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> operated("{op: add, path: /spec/replicas, value: 1}", "Deployment"))
                .withMessage("a patch is for each Deployment, of which there is none");
    }

    @ParameterizedTest
    @ValueSource(strings = { "{op: replace, path: /spec/replica, value: 1}", "{op: add, path: /specs/replicas, value: 1}",
            "{op: remove, path: /spec/replicas}" })
    void thatDoNotFitAreRefused(String operation) {
        // Then
        assertThatIllegalArgumentException().isThrownBy(() -> operated(operation, "KafkaTopic"))
                .withMessageContaining("(expected: add or replace, where something is)");
    }
}
