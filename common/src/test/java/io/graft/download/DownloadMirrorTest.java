package io.graft.download;

import static io.graft.download.ScriptedServer.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.download.ScriptedServer.Answer;
import io.graft.problem.Problem;

class DownloadMirrorTest {

    /** SHA-1 of "abc", from FIPS 180. */
    private static final String ABC = "a9993e364706816aba3e25717850c26c9cd0d89d";
    private static final String OTHER = "0".repeat(40);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;

    private DownloadMirror mirror(URI base) {
        return new DownloadMirror(base, new DownloadRules(folder, 10, Duration.ofMinutes(1)));
    }

    private static Answer answer(String text) {
        return out -> {
            head(out, "200 OK", "Content-Length: " + text.length());
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        };
    }

    @Test
    void laysFilesOutAsTheyLieOnTheWeb() throws IOException {
        try (ScriptedServer server = new ScriptedServer(answer("index"), answer("abc"))) {
            // Given
            DownloadMirror mirror = mirror(server.uri().resolve("/zoo/"));
            // When
            mirror.requireIndex("a/index.json");
            mirror.require("a/1/file.zip", ABC);
            mirror.requireIndex("a/index.json");
            mirror.require("a/1/file.zip", ABC.toUpperCase(Locale.ROOT));
            // Then
            assertThat(server.paths()).containsExactly("/zoo/a/index.json", "/zoo/a/1/file.zip");
            assertThat(mirror.folder()).isEqualTo(folder.resolve("mirror/127.0.0.1_" + server.uri().getPort() + "_zoo"));
            assertThat(mirror.folder().resolve("a/index.json")).hasContent("index");
            assertThat(mirror.folder().resolve("a/1/file.zip")).hasContent("abc");
        }
    }

    @Test
    void fetchesADamagedFileAgainAndAnIndexThatItWasToForget() throws IOException {
        try (ScriptedServer server = new ScriptedServer(answer("index"), answer("newer"), answer("abc"))) {
            // Given
            DownloadMirror mirror = mirror(server.uri());
            mirror.requireIndex("index.json");
            Files.writeString(mirror.folder().resolve("file.zip"), "abd");
            // When
            mirror.forgetIndex("index.json");
            mirror.requireIndex("index.json");
            mirror.require("file.zip", ABC);
            // Then
            assertThat(mirror.folder().resolve("index.json")).hasContent("newer");
            assertThat(mirror.folder().resolve("file.zip")).hasContent("abc");
        }
    }

    @Test
    void refusesAnotherFileAndOneThatIsTooLarge() throws IOException {
        try (ScriptedServer server = new ScriptedServer(answer("abc"), answer("more than ten"))) {
            DownloadMirror mirror = mirror(server.uri());
            assertThatThrownBy(() -> mirror.require("file.zip", OTHER)).isInstanceOf(Problem.class)
                    .hasMessage(server.uri().resolve("file.zip") + " has SHA-1 " + ABC + " (expected: " + OTHER + ")");
            assertThatThrownBy(() -> mirror.requireIndex("index.json")).isInstanceOf(Problem.class)
                    .hasMessage(server.uri().resolve("index.json") + " has 13 bytes or more (expected: at most 10)");
            assertThat(mirror.folder()).isDirectoryNotContaining(file -> !file.toString().endsWith(".lock"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "../file.zip", "/file.zip", "a/../../file.zip", "http://localhost:1/zoo/file.zip", "" })
    void refusesAPathThatLeadsElsewhere(String path) throws IOException {
        try (ScriptedServer server = new ScriptedServer(answer("abc"))) {
            URI base = server.uri().resolve("/zoo/");
            assertThatThrownBy(() -> mirror(base).require(path, ABC)).isInstanceOf(Problem.class)
                    .hasMessage(base.resolve(path) + " is not a file below " + base + " (expected: one)");
            assertThat(server.paths()).isEmpty();
        }
    }
}
