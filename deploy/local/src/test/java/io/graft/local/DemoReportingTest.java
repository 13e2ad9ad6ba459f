package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.event.Json;
import io.graft.testing.DrawnImages;

class DemoReportingTest {

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @Test
    void printsALineForEveryTenthWhenThereIsNoTerminal() {
        // Given
        Screen screen = new Screen(new PrintStream(shown, true, StandardCharsets.UTF_8), false);
        // When
        try (Screen.Bar bar = screen.bar("samples embedded")) {
            for (int done = 0; done <= 40; done++) {
                bar.show(done, 40, "");
            }
        }
        // Then
        assertThat(shown.toString(StandardCharsets.UTF_8)).doesNotContain("\r").hasLineCount(10)
                .startsWith("  [===                           ] 4/40 samples embedded")
                .endsWith("  [==============================] 40/40 samples embedded" + System.lineSeparator());
    }

    @Test
    void endsTheLineAtTheLastStateWhenABarIsRedrawn() {
        // Given
        Screen screen = new Screen(new PrintStream(shown, true, StandardCharsets.UTF_8), true);
        // When
        try (Screen.Bar bar = screen.bar("epochs")) {
            bar.show(1, 3, "loss 0.9");
            bar.show(3, 3, "loss 0.1");
        }
        // Then
        assertThat(shown.toString(StandardCharsets.UTF_8)).containsOnlyOnce(System.lineSeparator())
                .endsWith("\r  [==============================] 3/3 epochs  loss 0.1" + System.lineSeparator());
    }

    @Test
    void countsWhatWasAnsweredForWhat() {
        // Given
        Confusion confusion = new Confusion(List.of("ants", "bees"));
        // When
        confusion.add("ants", "ants");
        confusion.add("ants", "bees");
        confusion.add("bees", "bees");
        confusion.add("bees", "bees");
        // Then
        assertThat(confusion.accuracy()).isEqualTo(0.75);
        assertThat(confusion.table().lines()).containsExactly(
                "          ants   bees",
                "   ants      1      1",
                "   bees      .      2");
    }

    @Test
    void sumsTheSeriesThatHaveTheTags() {
        // Given
        String metrics = """
                # HELP graft_samples_total Samples by what became of them
                # TYPE graft_samples_total counter
                graft_samples_total{outcome="embedded",task="drawn"} 12.0
                graft_samples_total{outcome="rejected",task="drawn"} 3.0
                graft_samples_total{outcome="embedded",task="drawn-pixels"} 100.0
                graft_samples_total_of_another_kind{task="drawn"} 7.0
                graft_prediction_queue_depth 4.0
                """;
        // When
        double drawn = ServiceMetrics.sum(metrics, "graft_samples_total", Map.of("task", "drawn"));
        // Then
        assertThat(drawn).isEqualTo(15);
        assertThat(ServiceMetrics.sum(metrics, "graft_samples_total", Map.of("task", "drawn", "outcome", "rejected")))
                .isEqualTo(3);
        assertThat(ServiceMetrics.sum(metrics, "graft_prediction_queue_depth", Map.of())).isEqualTo(4);
        assertThat(ServiceMetrics.sum(metrics, "graft_features", Map.of())).isZero();
    }

    @Test
    void writesAnImageAsItsRawPixels() throws IOException {
        // Given
        byte[] jpeg = new DrawnImages(7).draw(1).get(0).bytes();
        // When
        JsonNode json = Json.STRICT.readTree(RawPixels.json(jpeg));
        // Then
        assertThat(json.fieldNames()).toIterable().containsExactly("vector");
        assertThat(json.get("vector")).hasSize(3072)
                .allSatisfy(number -> assertThat(number.asDouble()).isBetween(0.0, 1.0));
    }
}
