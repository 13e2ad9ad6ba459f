package io.graft.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** What a service counts, read from its {@code /q/metrics} in Prometheus' text format. */
public final class ServiceMetrics {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private final HttpRequest request;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();

    public ServiceMetrics(URI service) {
        this.request = HttpRequest.newBuilder(service.resolve("/q/metrics")).header("Accept", "text/plain")
                .timeout(ANSWER_LIMIT).build();
    }

    /** The sum of all series of this name that have these tags; 0 when there is none, or the service does not answer. */
    public double sum(String name, Map<String, String> tags) {
        try {
            return sum(client.send(request, HttpResponse.BodyHandlers.ofString()).body(), name, tags);
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    static double sum(String text, String name, Map<String, String> tags) {
        return text.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> tags.entrySet().stream()
                        .allMatch(tag -> line.contains(tag.getKey() + "=\"" + tag.getValue() + "\"")))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
