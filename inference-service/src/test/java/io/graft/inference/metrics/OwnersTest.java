package io.graft.inference.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class OwnersTest {

    private static final ModelKey FIRST = key(1);
    private static final ModelKey SECOND = key(2);
    private static final ModelKey THIRD = key(3);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Owners<ModelKey> versions = OwnersBeans.versions(registry, 2);
    private final OwnedMeters<ModelKey, Answered> meters = versions.meters(Answered::new);

    private record Answered(Series series) {

        void count(String label) {
            series.add(Counter.builder("answers").tag("label", label)).increment();
        }
    }

    private static ModelKey key(int version) {
        return new ModelKey(new TaskId("birds"), new ModelVersion(version));
    }

    private List<String> series() {
        return registry.find("answers").counters().stream()
                .map(counter -> String.join(" ", tag(counter, "task"), tag(counter, "version"), tag(counter, "label"),
                        String.valueOf(counter.count())))
                .sorted().toList();
    }

    private static String tag(Counter counter, String name) {
        return String.valueOf(counter.getId().getTag(name));
    }

    @Test
    void makesTheMetersOfAnOwnerOnce() {
        // Given
        versions.enter(FIRST);

        // When
        Answered meters = this.meters.of(FIRST);

        // Then
        assertThat(this.meters.of(key(1))).isSameAs(meters);
        meters.count("owl");
        meters.count("owl");
        assertThat(series()).containsExactly("birds 1 owl 2.0");
    }

    @Test
    void makesTheMetersOfAnOwnerAheadOfWhoeverNeedsThem() {
        // Given
        OwnedMeters<ModelKey, Counter> counters = versions.meters(series -> series.add(Counter.builder("answers")));

        // When
        versions.prepare(FIRST);

        // Then
        assertThat(series()).containsExactly("birds 1 null 0.0");
        assertThat(counters.of(FIRST)).isSameAs(registry.get("answers").counter());
    }

    @Test
    void makesNoMetersAheadOfWhoeverSharesThem() {
        // Given
        OwnedMeters<ModelKey, Counter> unused = versions.meters(series -> series.add(Counter.builder("answers")));

        // When
        List.of(FIRST, SECOND, THIRD).forEach(versions::prepare);

        // Then
        assertThat(series()).containsExactly("birds 1 null 0.0", "birds 2 null 0.0");
    }

    @Test
    void takesAllSeriesOfAnOwnerAwayWhenItLeaves() {
        // Given
        versions.enter(FIRST);
        versions.enter(SECOND);
        meters.of(FIRST).count("owl");
        meters.of(FIRST).count("tit");
        meters.of(SECOND).count("owl");

        // When
        versions.leave(FIRST);

        // Then
        assertThat(series()).containsExactly("birds 2 owl 1.0");
    }

    @Test
    void showsNothingThatIsMadeForAnOwnerBehindItsEnd() {
        // Given
        versions.enter(FIRST);
        Answered held = meters.of(FIRST);
        versions.leave(FIRST);

        // When
        held.count("owl");

        // Then
        assertThat(series()).isEmpty();
    }

    @Test
    void countsWhoeverIsNotThereTogether() {
        // When
        meters.of(FIRST).count("owl");
        meters.of(SECOND).count("owl");

        // Then
        assertThat(series()).containsExactly("_other _other owl 2.0");
    }

    @Test
    void hasNoMoreOwnersThanItsBoundAndGivesAFreePlaceToTheNext() {
        // Given
        List.of(FIRST, SECOND, THIRD).forEach(versions::enter);
        List.of(FIRST, SECOND, THIRD).forEach(key -> meters.of(key).count("owl"));
        assertThat(series()).containsExactly("_other _other owl 1.0",
                "birds 1 owl 1.0",
                "birds 2 owl 1.0");

        // When
        versions.leave(SECOND);
        meters.of(THIRD).count("owl");

        // Then
        assertThat(series()).contains("birds 3 owl 1.0");
    }
}
