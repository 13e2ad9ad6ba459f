package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.CRC32;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.graft.backbone.Backbones;
import io.graft.event.Topics;
import io.graft.head.Head;
import io.graft.inference.Caller.Answer;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** Whatever is wrong with a request has a status, a code and a sentence of its own, and the service goes on. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class BadRequestsTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final String PATH = "/v1/tasks/photos/predictions";
    private static final byte[] PNG = Drawings.png(Drawings.DISC, 1);

    @Inject
    Backbones backbones;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private Caller caller;

    /** Task 'photos' serves, and task 'unborn' has a promotion without a version. */
    @BeforeEach
    void serve() throws Exception {
        caller = new Caller(root);
        int dimension = backbones.image().descriptor().dimension();
        Head head = new Head(List.of("a", "b"), dimension, new float[2 * dimension], new float[2]);
        try (TopicWriter topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers)) {
            topics.publish(ModelEvents.ready("photos", 1, backbones.image().descriptor(), head));
            topics.promote(ModelEvents.promotion("photos", 1));
            topics.promote(ModelEvents.promotion("unborn", 1));
        }
        await().atMost(LIMIT).until(() -> caller.get("/v1/tasks/photos").json().has("version"));
        await().atMost(LIMIT).until(() -> caller.get("/v1/tasks/unborn").status() == 200);
    }

    @ParameterizedTest
    @MethodSource
    void answersAProblem(Function<Caller, Answer> call, int status, String code, String sentence) {
        // When
        Answer answer = call.apply(caller);

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.json().path("code").asText()).as(answer.text()).isEqualTo(code);
        assertThat(answer.json().path("detail").asText()).contains(sentence);
        assertThat(answer.json().path("title").asText()).isNotEmpty();
        assertThat(answer.text()).doesNotContain("Exception").doesNotContain("io.graft");
        assertThat(caller.post(PATH, PNG).status()).isEqualTo(200);
    }

    static Stream<Arguments> answersAProblem() {
        return Stream.of(
                bad("unknown task", caller -> caller.post("/v1/tasks/cars/predictions", PNG), 404, "TASK_UNKNOWN",
                        "task 'cars' is not known here"),
                bad("before the first model", caller -> caller.post("/v1/tasks/unborn/predictions", PNG), 404,
                        "TASK_NOT_SERVING", "task 'unborn' has no version that serves"),
                bad("task in capitals", caller -> caller.post("/v1/tasks/Photos/predictions", PNG), 400, "TASK_INVALID",
                        "task 'Photos' is not valid"),
                bad("task that climbs", caller -> caller.post("/v1/tasks/..%2Fphotos/predictions", PNG), 400,
                        "TASK_INVALID", "task '../photos' is not valid"),
                bad("unknown task shown", caller -> caller.get("/v1/tasks/cars"), 404, "TASK_UNKNOWN", "task 'cars'"),
                bad("unknown version shown", caller -> caller.get("/v1/tasks/photos/versions/9"), 404, "VERSION_UNKNOWN",
                        "version 9 of task 'photos' is not known here"),
                bad("unknown version", caller -> caller.post(PATH + "?version=9", PNG), 404, "VERSION_UNKNOWN",
                        "version 9 of task 'photos' is not known here"),
                bad("version zero", caller -> caller.post(PATH + "?version=0", PNG), 400, "VERSION_INVALID",
                        "version '0' is not valid"),
                bad("version in words", caller -> caller.post(PATH + "?version=latest", PNG), 400, "VERSION_INVALID",
                        "version 'latest' is not valid"),
                bad("top zero", caller -> caller.post(PATH + "?top=0", PNG), 400, "TOP_INVALID",
                        "top is '0' (expected: 1 or more)"),
                bad("top in words", caller -> caller.post(PATH + "?top=all", PNG), 400, "TOP_INVALID",
                        "top is 'all' (expected: 1 or more)"),
                bad("timeout without a unit that is known", caller -> caller.post(PATH + "?timeout=2s", PNG), 400,
                        "TIMEOUT_INVALID",
                        "timeout is '2s' (expected: milliseconds, or a duration as PT0.5S, above 0 and at most a day)"),
                bad("empty body", caller -> caller.post(PATH, new byte[0]), 400, "SAMPLE_EMPTY", "sample has no bytes"),
                bad("unknown type", caller -> caller.post(PATH, "image/gif", gif()), 415, "SAMPLE_CONTENT_TYPE_UNSUPPORTED",
                        "sample of type 'image/gif' is none that can be read"),
                bad("GIF named JPEG", caller -> caller.post(PATH, "image/jpeg", gif()), 415,
                        "SAMPLE_CONTENT_TYPE_UNSUPPORTED", "sample of type 'image/jpeg'"),
                bad("truncated image", caller -> caller.post(PATH, Arrays.copyOf(PNG, PNG.length / 2)), 400,
                        "SAMPLE_IMAGE_UNREADABLE", "image"),
                bad("huge image", caller -> caller.post(PATH, hugePng()), 400, "SAMPLE_IMAGE_TOO_LARGE", "50000"),
                bad("text for an image backbone", caller -> caller.post(PATH, "text/plain", "an owl"), 400,
                        "SAMPLE_KIND_UNSUPPORTED", "backbone 'resnet18' does not embed text"),
                bad("vector for an image backbone", caller -> caller.post(PATH, "application/json", "{\"vector\": [1]}"), 400,
                        "SAMPLE_KIND_UNSUPPORTED", "backbone 'resnet18' does not embed vector"),
                bad("broken JSON", caller -> caller.post(PATH, "application/json", "{\"text\": "), 400, "SAMPLE_JSON_INVALID",
                        "sample"),
                bad("unknown field", caller -> caller.post(PATH, "application/json", "{\"vektor\": [1]}"), 400,
                        "SAMPLE_JSON_INVALID", "sample has the unknown field 'vektor'"),
                bad("no number", caller -> caller.post(PATH, "application/json", "{\"vector\": [NaN]}"), 400,
                        "SAMPLE_JSON_INVALID", "sample"),
                bad("form without the file", caller -> caller.postForm(PATH, "image", "image/png", PNG), 400,
                        "FORM_FILE_MISSING", "form has no field 'file'"),
                bad("form that is none", caller -> caller.post(PATH, "multipart/form-data", PNG), 400,
                        "FORM_FILE_MISSING", "form has no field 'file'"),
                bad("unknown explanation", caller -> caller.post(PATH + "?explain=lime", PNG), 400, "EXPLANATION_INVALID",
                        "explain is 'lime' (expected: cam)"),
                bad("label without an explanation", caller -> caller.post(PATH + "?label=a", PNG), 400,
                        "EXPLANATION_INVALID", "label 'a' is given and no explanation asked for"),
                bad("explanation of an unknown label", caller -> caller.post(PATH + "?explain=cam&label=%00%F0%9F%90%9D", PNG),
                        400, "EXPLANATION_LABEL_UNKNOWN", "is not one of the version's 2 (expected: a, b)"),
                bad("explanation of a broken image", caller -> caller.post(PATH + "?explain=cam", Arrays.copyOf(PNG, 99)), 400,
                        "SAMPLE_IMAGE_UNREADABLE", "image cannot be decoded"),
                bad("explanation of a huge image", caller -> caller.post(PATH + "?explain=cam", hugePng()), 400,
                        "SAMPLE_IMAGE_TOO_LARGE", "50000"),
                bad("explanation of a vector",
                        caller -> caller.post(PATH + "?explain=cam", "application/json", "{\"vector\": [1]}"), 400,
                        "SAMPLE_KIND_UNSUPPORTED", "does not embed vector"),
                bad("picture without an explanation",
                        caller -> caller.send(caller.request(PATH).header("Accept", "image/png")
                                .POST(BodyPublishers.ofByteArray(PNG)).build()),
                        406, "EXPLANATION_MISSING", "(expected: explain=cam, or the type application/json)"),
                bad("form without its end", caller -> caller.post(PATH, "multipart/form-data; boundary=x", "--x\r\nContent"),
                        400,
                        "BODY_UNREADABLE", "body ended before its end"),
                bad("type that is none", caller -> caller.post(PATH, ";;;", PNG), 415, "UNSUPPORTED_MEDIA_TYPE",
                        "the body's type is not one of this path"),
                bad("accepted type that is none",
                        caller -> caller.send(caller.request("/v1/tasks").header("Accept", "/;").build()), 406,
                        "NOT_ACCEPTABLE", "(expected: application/json)"),
                bad("unknown path", caller -> caller.get("/v1/models"), 404, "NOT_FOUND", "no such path"),
                bad("unknown root path", caller -> caller.get("/favicon.png"), 404, "NOT_FOUND", "no such path"),
                bad("wrong method", caller -> caller.send(caller.request(PATH).DELETE().build()), 405, "METHOD_NOT_ALLOWED",
                        "this path does not take this method"),
                bad("unacceptable answer",
                        caller -> caller.send(caller.request("/v1/tasks").header("Accept", "text/html").build()), 406,
                        "NOT_ACCEPTABLE", "(expected: application/json)"));
    }

    private static Arguments bad(String name, Function<Caller, Answer> call, int status, String code, String sentence) {
        return Arguments.of(Named.of(name, call), status, code, sentence);
    }

    @Test
    void refusesABodyOverTheLimitBeforeItComes() throws Exception {
        // When
        String answer = sendRaw("Content-Length: 41943040\r\n\r\n", 0);

        // Then
        assertThat(answer).startsWith("HTTP/1.1 413 ").containsIgnoringCase("content-type: application/problem+json")
                .contains("\"code\":\"REQUEST_ENTITY_TOO_LARGE\"")
                .contains("\"detail\":\"the body is larger than this service takes\"");
        assertThat(caller.post(PATH, PNG).status()).isEqualTo(200);
    }

    @Test
    void refusesABodyOverTheLimitWhoseLengthIsNotSaid() throws Exception {
        // When
        String answer = sendRaw("Transfer-Encoding: chunked\r\n\r\n", 17);

        // Then
        assertThat(answer).startsWith("HTTP/1.1 413 ").containsIgnoringCase("content-type: application/problem+json")
                .contains("\"code\":\"SAMPLE_TOO_LARGE\"").contains("(expected: at most 16777216)");
        assertThat(caller.post(PATH, PNG).status()).isEqualTo(200);
    }

    /** Sends a head and some chunks of 1 MiB of zeros, and reads what it says. */
    private String sendRaw(String headers, int chunkCount) throws IOException {
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\n" + headers).getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("100000\r\n" + "\0".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int sent = 0; sent < chunkCount; sent++) {
                out.write(chunk);
            }
            if (chunkCount > 0) {
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            int next = 0;
            while (next >= 0 && next != '}') {
                next = socket.getInputStream().read();
                answer.write(next);
            }
            return answer.toString(StandardCharsets.US_ASCII);
        }
    }

    private static byte[] gif() {
        return Drawings.encode(new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_INDEXED), "gif");
    }

    /** The image's header says 50,000 × 50,000, with the right checksum. */
    private static byte[] hugePng() {
        byte[] png = PNG.clone();
        ByteBuffer header = ByteBuffer.wrap(png);
        header.putInt(16, 50_000).putInt(20, 50_000);
        CRC32 crc = new CRC32();
        crc.update(png, 12, 17);
        header.putInt(29, (int) crc.getValue());
        return png;
    }
}
