package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** Clients whose bodies do not come are calls in work, and take no thread. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class CallLimitTest {

    private static final int CALL_COUNT_MAX = 256;
    private static final byte[] BEGINNING = ("POST /v1/tasks/birds/predictions HTTP/1.1\r\nHost: graft\r\n"
            + "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{").getBytes(StandardCharsets.US_ASCII);

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Test
    void refusesACallBeyondThoseInWork() throws Exception {
        // Given
        List<Socket> slow = new ArrayList<>();
        assertThat(status("/v1/tasks")).isEqualTo(200);
        try {
            for (int i = 0; i < CALL_COUNT_MAX; i++) {
                slow.add(begin());
            }

            // When
            await().atMost(Await.LIMIT).until(() -> {
                // The call that looked took a place too, and whatever came meanwhile may have been refused for it.
                slow.add(begin());
                return status("/v1/tasks") == 503;
            });

            // Then
            HttpResponse<String> refused = answer("/v1/tasks");
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(refused.body()).contains("\"code\":\"CALLS_TOO_MANY\"",
                    "this replica has 256 calls in work (expected: fewer at once, or more replicas)");
            assertThat(answer("/v2/models/birds").body()).contains("{\"error\":\"");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
        await().atMost(Await.LIMIT).until(() -> status("/v1/tasks") == 200);
        assertThat(answer("/q/metrics").body()).containsPattern("graft_calls_refused_total [1-9]");
    }

    private Socket begin() throws IOException {
        Socket socket = new Socket(root.getHost(), root.getPort());
        socket.getOutputStream().write(BEGINNING);
        return socket;
    }

    private HttpResponse<String> answer(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(root.resolve(path)).timeout(Duration.ofMinutes(5)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private int status(String path) throws Exception {
        return answer(path).statusCode();
    }
}
