package io.graft.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus' own tool says what it thinks of the rules. */
class PromtoolTest {

    private final Path folder = Checkout.root().resolve(Rules.FOLDER);

    /**
     * How a command ended.
     *
     * @param output of both kinds
     */
    private record Ending(int exitCode, String output) {
    }

    @Test
    void takesTheConfiguration() throws Exception {
        // When
        Ending ending = promtool(folder, "check", "config", "prometheus.yaml");

        // Then
        assertThat(ending.exitCode()).as(ending.output()).isZero();
    }

    @Test
    void findsThatAlertsFireWhenTheyShould() throws Exception {
        // When
        Ending ending = promtool(folder, "test", "rules", "graft.rules.test.yaml");

        // Then
        assertThat(ending.exitCode()).as(ending.output()).isZero();
    }

    @Test
    void findsAnAlertThatDoesNotFire(@TempDir Path copies) throws Exception {
        // Given
        Files.writeString(copies.resolve("graft.rules.yaml"), Checkout.text(Rules.FILE).replace("0.05", "0.5"));
        Files.copy(folder.resolve("graft.rules.test.yaml"), copies.resolve("graft.rules.test.yaml"));

        // When
        Ending ending = promtool(copies, "test", "rules", "graft.rules.test.yaml");

        // Then
        assertThat(ending.exitCode()).isNotZero();
        assertThat(ending.output()).contains("GraftRequestToServingSlow");
    }

    /** Skips the test, loudly, on a machine without the command. */
    private static Ending promtool(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        } catch (IOException e) {
            System.out.println("SKIPPED: promtool is not installed, so the rules of Prometheus were not run");
            Assumptions.abort("promtool is not installed");
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ending(process.waitFor(), output);
    }
}
