package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.local.HostileRequests.Proper;
import io.graft.testing.DrawnImages;

/** A replica under requests that no client sends; {@code -Dgraft.load.requests} says how many, 200,000 for the whole of it. */
class HostileRequestsIT {

    private static final int REQUEST_COUNT = Integer.getInteger("graft.load.requests", 10_000);
    private static final int CLIENT_COUNT = 4;

    @TempDir
    private static Path folder;

    @Test
    void answersEachAndGoesOn() throws Exception {
        try (ServingStack stack = ServingStack.start(folder, 1,
                List.of("-Xmx384m", "-Xms384m", "-XX:+AlwaysPreTouch", "-XX:MaxDirectMemorySize=128m"))) {
            // Given
            ServiceProcess replica = stack.replica();
            List<Proper> propers = serve(stack);
            for (Proper proper : propers) {
                assertThat(send(replica.port(), proper).status()).as(proper.path()).isEqualTo(200);
            }

            // When
            Map<String, Integer> warm = send(replica.port(), propers, 1, REQUEST_COUNT / 4);
            long warmBytes = replica.cost().residentBytes();
            Map<String, Integer> rest = send(replica.port(), propers, 1001, REQUEST_COUNT - REQUEST_COUNT / 4);
            long bytes = replica.cost().residentBytes();

            // Then
            warm.forEach((status, count) -> rest.merge(status, count, Integer::sum));
            System.out.printf(Locale.ROOT, "%d hostile requests: %s; resident %d MB, after a quarter %d MB%n", REQUEST_COUNT,
                    rest, bytes >> 20, warmBytes >> 20);
            assertThat(rest.keySet()).as(() -> failures(replica))
                    .allMatch(status -> !status.startsWith("5") || status.equals("503"));
            assertThat(rest.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(REQUEST_COUNT);
            assertThat(bytes).isLessThan(warmBytes + warmBytes / 10);
            assertThat(replica.isAlive()).isTrue();
            for (Proper proper : propers) {
                assertThat(send(replica.port(), proper).status()).as(proper.path()).isEqualTo(200);
            }
        }
    }

    /** Lets a task of vectors and one of images serve. */
    private static List<Proper> serve(ServingStack stack) throws Exception {
        UntrainedTasks.serve(stack);
        byte[] image = new DrawnImages(1).draw(1).get(0).bytes();
        String json = "\r\nContent-Type: application/json";
        return List.of(
                Proper.of("/v1/tasks/vectors/predictions", json, StackClient.json(new float[] { 1, -2, 0.5f })),
                Proper.of("/v1/tasks/images/predictions", "\r\nContent-Type: image/jpeg", image),
                Proper.of("/v2/models/vectors/infer", json, bytes("{\"id\":\"1\",\"inputs\":[{\"name\":\"x\","
                        + "\"datatype\":\"FP32\",\"shape\":[2,3],\"data\":[[1,2,3],[4,5,6]]}],\"outputs\":[{\"name\":\"label\"}]}")),
                binary());
    }

    private static Proper binary() {
        String json = "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],"
                + "\"parameters\":{\"binary_data_size\":12}}],\"parameters\":{\"binary_data_output\":true}}";
        ByteBuffer body = ByteBuffer.allocate(json.length() + 12).order(ByteOrder.LITTLE_ENDIAN).put(bytes(json)).putFloat(1)
                .putFloat(2).putFloat(3);
        return Proper.of("/v2/models/vectors/infer", "\r\nContent-Type: application/octet-stream"
                + "\r\nInference-Header-Content-Length: " + json.length(), body.array());
    }

    /** What the replica calls its own failures, with where they come from. */
    private static String failures(ServiceProcess replica) {
        List<String> lines = Documents.text(replica.log()).lines().toList();
        return IntStream.range(0, lines.size()).filter(line -> lines.get(line).contains(" ERROR "))
                .mapToObj(line -> String.join("\n", lines.subList(line, Math.min(line + 8, lines.size()))))
                .collect(Collectors.joining("\n"));
    }

    private static HttpConnection.Answer send(int port, Proper proper) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            return connection.exchange(HttpConnection.request("POST " + proper.path() + " HTTP/1.1\r\nHost: localhost"
                    + proper.headers(), proper.body().getBytes(StandardCharsets.ISO_8859_1)));
        }
    }

    /** Sends so many from a few clients at once; the answers by status, and how often the server hung up instead. */
    private static Map<String, Integer> send(int port, List<Proper> propers, int seed, int count) throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Map<String, Integer>> counts = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (int client = 0; client < CLIENT_COUNT; client++) {
            HostileRequests requests = new HostileRequests(seed + client, propers);
            Map<String, Integer> statuses = new TreeMap<>();
            counts.add(statuses);
            int own = count / CLIENT_COUNT + (client < count % CLIENT_COUNT ? 1 : 0);
            Thread thread = new Thread(() -> {
                try (HttpConnection connection = new HttpConnection(port)) {
                    for (int i = 0; i < own; i++) {
                        statuses.merge(status(connection, requests, i % 4 == 3), 1, Integer::sum);
                    }
                } catch (IOException | RuntimeException e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            }, "hostile-" + client);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        return counts.stream().flatMap(statuses -> statuses.entrySet().stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Integer::sum, TreeMap::new));
    }

    private static String status(HttpConnection connection, HostileRequests requests, boolean broken) throws IOException {
        byte[] request = broken ? requests.broken() : requests.framed();
        try {
            return Integer.toString((broken ? connection.exchangeLast(request) : connection.exchange(request)).status());
        } catch (EOFException | SocketException e) {
            connection.reconnect();
            return "closed";
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
