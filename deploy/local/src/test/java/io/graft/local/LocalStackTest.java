package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.problem.Problem;
import io.graft.testing.Ports;

class LocalStackTest {

    private final Path folder;

    LocalStackTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void servesAgainWhenTheTrainerWasKilledAndRestarted() {
        try (LocalStack stack = LocalStack.start(folder)) {
            // Given
            stack.trainer().kill();
            assertThat(stack.trainer().isAlive()).isFalse();
            // When
            stack.trainer().restart();
            stack.trainer().awaitReady();
            // Then
            assertThat(stack.trainer().isAlive()).isTrue();
            assertThatThrownBy(() -> stack.inference().awaitUntil("serving version 7", Duration.ofSeconds(1), () -> false))
                    .isInstanceOf(Problem.class)
                    .hasMessageStartingWith("inference-service was not serving version 7 after 1 s; the end of its log");
        }
    }

    @Test
    void leavesNoProcessBehindWhenItIsClosed() {
        // Given
        LocalStack stack = LocalStack.start(folder);
        List<ProcessHandle> children = ProcessHandle.current().children().toList();
        assertThat(children).hasSizeGreaterThanOrEqualTo(3);
        // When
        stack.close();
        // Then
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void showsTheEndOfTheLogWhenAServiceEnds() {
        // Given
        Map<String, String> nonsense = Map.of("quarkus.http.host", "no.such.host.invalid");
        // When
        assertThatThrownBy(() -> LocalStack.start(folder, StackPorts.free(), nonsense))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("trainer-service ended with exit code 1; the end of its log " + folder)
                .hasMessageContaining("no.such.host.invalid");
    }

    @Test
    void namesTheServiceWhosePortIsTaken() throws Exception {
        // Given
        try (ServerSocket other = new ServerSocket(Ports.free())) {
            StackPorts ports = new StackPorts(Ports.free(), other.getLocalPort(), Ports.free());
            // When
            assertThatThrownBy(() -> LocalStack.start(folder, ports, Map.of()))
                    // Then
                    .isInstanceOf(Problem.class)
                    .hasMessage("inference-service cannot listen on port " + other.getLocalPort()
                            + ": another process does (expected: a free port)");
        }
    }
}
