package io.graft.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Assumptions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

import io.graft.event.Json;
import io.graft.testing.Ports;

/**
 * Prometheus itself, with the configuration and the rules of {@code deploy/observability}, in a hurry: it looks every second,
 * and no alert waits for longer than two.
 */
final class PrometheusProcess implements AutoCloseable {

    private static final String FOLDER = "deploy/observability/";

    private final URI uri;
    private final Process process;
    private final HttpClient client = HttpClient.newHttpClient();

    private PrometheusProcess(URI uri, Process process) {
        this.uri = uri;
        this.process = process;
    }

    /** Skips the test, loudly, on a machine without the command. */
    static void require() throws InterruptedException {
        boolean installed;
        try {
            installed = new ProcessBuilder("prometheus", "--version").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            installed = false;
        }
        if (!installed) {
            System.out.println("SKIPPED: prometheus is not installed, so no expression of rules and dashboard was asked for");
        }
        Assumptions.assumeTrue(installed, "prometheus is not installed");
    }

    /** Starts one that scrapes both services of a stack; its data and its log lie in the folder. */
    static PrometheusProcess start(Path folder, LocalStack stack) throws IOException {
        Files.writeString(folder.resolve("graft.rules.yaml"),
                Documents.text(FOLDER + "graft.rules.yaml").replace("interval: 30s", "interval: 1s")
                        .replaceAll("for: \\d+m", "for: 2s"));
        Path configuration = Files.writeString(folder.resolve("prometheus.yaml"),
                Documents.text(FOLDER + "prometheus.yaml").replace("interval: 15s", "interval: 1s")
                        .replace("localhost:8081", "localhost:" + stack.trainer().port())
                        .replace("localhost:8080", "localhost:" + stack.inference().port()));
        String address = "localhost:" + Ports.free();
        Process process = new ProcessBuilder("prometheus", "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("series"), "--web.listen-address=" + address)
                .redirectErrorStream(true).redirectOutput(folder.resolve("prometheus.log").toFile()).start();
        return new PrometheusProcess(URI.create("http://" + address), process);
    }

    /** The series that an expression has at this moment; none while Prometheus starts. */
    JsonNode query(String expression) {
        return get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8)).at("/data/result");
    }

    /** The names of the alerts that are in one of these states, as in {@code firing}. */
    List<String> alerts(String... states) {
        return List.of(states).stream().flatMap(state -> {
            JsonNode alerts = query("ALERTS{alertstate=\"" + state + "\"}");
            return alerts.findValuesAsText("alertname").stream();
        }).distinct().toList();
    }

    private JsonNode get(String path) {
        if (!process.isAlive()) {
            throw new IllegalStateException("prometheus has ended with exit code " + process.exitValue());
        }
        try {
            HttpResponse<byte[]> answer = client.send(HttpRequest.newBuilder(uri.resolve(path)).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() == 400) {
                throw new IllegalArgumentException(new String(answer.body(), StandardCharsets.UTF_8));
            }
            return answer.statusCode() == 503 ? MissingNode.getInstance()
                    : Json.readLenient(answer.body(), JsonNode.class, "ANSWER_INVALID", "answer of " + path);
        } catch (ConnectException e) {
            return MissingNode.getInstance();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking Prometheus", e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
