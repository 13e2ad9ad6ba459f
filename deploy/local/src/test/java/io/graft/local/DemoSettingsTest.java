package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.problem.Problem;
import io.graft.testing.Ports;

class DemoSettingsTest {

    private final Path folder;
    private final Properties properties = new Properties();

    DemoSettingsTest(@TempDir Path folder) {
        this.folder = folder;
        properties.setProperty("demo.port.broker", Integer.toString(Ports.free()));
        properties.setProperty("demo.port.inference", Integer.toString(Ports.free()));
        properties.setProperty("demo.port.trainer", Integer.toString(Ports.free()));
    }

    @Test
    void takesTheDocumentedPortsWhenNobodyChoosesOthers() {
        // When
        DemoSettings settings = DemoSettings.of(new Properties());
        // Then
        assertThat(settings.ports()).isEqualTo(new StackPorts(9092, 8080, 8081));
        assertThat(settings.exit()).isFalse();
        assertThat(settings.images()).isEmpty();
    }

    @Test
    void saysWhatToDoWhenAPortIsTaken() throws IOException {
        // Given
        try (ServerSocket other = new ServerSocket(Ports.free())) {
            int port = other.getLocalPort();
            properties.setProperty("demo.port.inference", Integer.toString(port));
            // When
            assertThatThrownBy(() -> DemoSettings.of(properties).requirePossible())
                    // Then
                    .isInstanceOf(Problem.class)
                    .hasMessage("port " + port + ", which the inference-service needs, is taken: end the process that listens"
                            + " on it, or choose another port with -Ddemo.port.inference=" + (port + 10_000));
        }
    }

    @Test
    void refusesAPortThatIsNoPort() {
        // Given
        properties.setProperty("demo.port.broker", "70000");
        // When
        assertThatThrownBy(() -> DemoSettings.of(properties))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessage("demo.port.broker is '70000' (expected: a port, 1 to 65535)");
    }

    @Test
    void refusesImagesThatAreNotThere() {
        // Given
        properties.setProperty("demo.images", folder.resolve("none").toString());
        // When
        assertThatThrownBy(() -> DemoSettings.of(properties).requirePossible())
                // Then
                .isInstanceOf(Problem.class)
                .hasMessage("demo.images is '" + folder.resolve("none")
                        + "', which is no folder (expected: a folder with one sub-folder per label)");
    }

    @Test
    void leavesAFolderAloneThatHoldsOtherThings() throws IOException {
        // Given
        Path precious = Files.writeString(folder.resolve("thesis.tex"), "\\begin");
        Files.createDirectories(folder.resolve("topics"));
        // When
        assertThatThrownBy(() -> DemoFolder.prepare(folder))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessage("demo.folder '" + folder
                        + "' holds thesis.tex (expected: an empty folder, or one that an earlier demo left)");
        assertThat(precious).exists();
        assertThat(folder.resolve("topics")).exists();
    }

    @Test
    void removesWhatAnEarlierDemoLeft() throws IOException {
        // Given
        Files.createDirectories(folder.resolve("topics/labelled-samples-0"));
        Files.writeString(folder.resolve("topics/labelled-samples-0/00000.log"), "records");
        Files.writeString(folder.resolve("broker.log"), "warnings");
        // When
        DemoFolder.prepare(folder);
        // Then
        assertThat(folder).isEmptyDirectory();
    }
}
