package io.graft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

class LeashTest {

    /** A program that would run for ever. */
    public static final class Endless {

        public static void main(String[] arguments) throws InterruptedException {
            System.out.println("runs " + arguments[0]);
            Thread.currentThread().join();
        }
    }

    @Test
    void endsTheProgramWhenItsParentLetsGo() throws Exception {
        // Given
        List<String> command = new ArrayList<>(List.of(Leash.java()));
        command.addAll(Leash.arguments(System.getProperty("java.class.path")));
        command.addAll(List.of(Endless.class.getName(), "for ever"));
        Process program = new ProcessBuilder(command).start();
        try (var output = program.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).isEqualTo("runs for ever");
            // When
            program.getOutputStream().close();
            // Then
            assertThat(program.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            program.destroyForcibly();
        }
    }
}
