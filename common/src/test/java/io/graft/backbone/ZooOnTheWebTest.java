package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.sun.net.httpserver.HttpExchange;

import io.graft.testing.WebServer;

/** The same zoo behind a server: what is fetched, and that it is fetched by us. */
class ZooOnTheWebTest {

    private static final long PATIENT = 30_000;
    private static final long IMPATIENT = 5_000;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> clients = new CopyOnWriteArrayList<>();
    private volatile boolean stalls;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;
    @SuppressWarnings("NullAway.Init") // set before each test
    private ZooOnDisk zoo;
    @SuppressWarnings("NullAway.Init") // set before each test
    private WebServer server;

    @BeforeEach
    void serve() throws IOException {
        zoo = new ZooOnDisk(folder);
        zoo.layOut();
        server = WebServer.start().answer("/zoo/", this::answer);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring("/zoo/".length());
        requests.add(path);
        clients.add(exchange.getRequestHeaders().getFirst("User-Agent"));
        byte[] bytes = Files.readAllBytes(zoo.root().resolve(path));
        exchange.sendResponseHeaders(200, bytes.length);
        boolean whole = !stalls || path.endsWith(".json");
        exchange.getResponseBody().write(bytes, 0, whole ? bytes.length : 0);
        exchange.getResponseBody().flush();
        if (!whole) {
            server.awaitEnd();
        }
        exchange.close();
    }

    private String url() {
        return server.uri("/zoo/").toString();
    }

    @Test
    void fetchesTheZoosNetworkAndOpensItAgainWithoutTheServer() throws Exception {
        // When
        String output = zoo.probeOnTheWeb(url(), PATIENT);
        // Then
        assertThat(output).contains(ZooProbe.DIGEST + ZooProbe.EXPECTED);
        assertThat(requests).containsExactly(ZooOnDisk.ARTIFACT + "metadata.json", ZooOnDisk.FILE);
        assertThat(clients).allMatch(client -> client.startsWith("Java-http-client/"));
        // When
        server.stop();
        // Then
        assertThat(zoo.probeOnTheWeb(url(), PATIENT)).contains(ZooProbe.DIGEST + ZooProbe.EXPECTED);
    }

    @Test
    void namesTheDamagedFileAndBothDigestsAndTakesItOnceItIsMended() throws Exception {
        // Given
        String expected = zoo.sha1();
        zoo.damage();
        // When
        String output = zoo.probeOnTheWeb(url(), PATIENT);
        // Then
        assertThat(output).contains(ZooProbe.PROBLEM + "backbone 'zoo' cannot be opened: " + url() + ZooOnDisk.FILE
                + " has SHA-1 " + zoo.sha1() + " (expected: " + expected + ")").doesNotContain(ZooProbe.DIGEST);
        // When
        zoo.damage();
        // Then
        assertThat(zoo.probeOnTheWeb(url(), PATIENT)).contains(ZooProbe.DIGEST + ZooProbe.EXPECTED);
    }

    @Test
    void endsWhereTheServerFallsSilentAndSaysWhatToDo() throws Exception {
        // Given
        stalls = true;
        // When
        String output = zoo.probeOnTheWeb(url(), IMPATIENT);
        // Then
        assertThat(output).contains(ZooProbe.PROBLEM + "backbone 'zoo' cannot be opened: " + url() + ZooOnDisk.FILE
                + " cannot be fetched: java.io.IOException: nothing came for PT5S (expected: a way to it, or the file itself at "
                + zoo.downloads().resolve("mirror/127.0.0.1_" + server.uri("/").getPort() + "_zoo").resolve(ZooOnDisk.FILE)
                + ")");
    }

    @Test
    void refusesAFileThatLiesElsewhere() throws Exception {
        // Given
        zoo.index("https://localhost:1/resnet18_embedding.zip", zoo.sha1(), 1);
        // When
        String output = zoo.probeOnTheWeb(url(), PATIENT);
        // Then
        assertThat(output).contains(ZooProbe.PROBLEM + "backbone 'zoo' cannot be opened: model zoo artifact"
                + " djl://ai.djl.pytorch/resnet18_embedding has a file at 'https://localhost:1/resnet18_embedding.zip'"
                + " (expected: a path below its metadata.json)");
        assertThat(requests).containsExactly(ZooOnDisk.ARTIFACT + "metadata.json");
    }
}
