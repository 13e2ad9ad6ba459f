package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneConfig;
import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.digest.Digests;
import io.graft.event.Topics;
import io.graft.id.BackboneId;
import io.graft.inference.Caller.Answer;
import io.graft.model.ModelReady;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** The whole service with the bundled backbone and two that nobody needs at first. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(value = SecondBackbones.class, restrictToAnnotatedClass = true)
class SeveralBackbonesTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int UNSEEN = 1000;

    @Inject
    Backbones backbones;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private Caller caller;
    private TopicWriter topics;

    /** Only this test's service is configured with them. */
    private static String weights(String backbone) {
        return ConfigProvider.getConfig().getValue("graft.backbones." + backbone + ".weights", String.class);
    }

    @BeforeEach
    void open() {
        caller = new Caller(root);
        topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers);
    }

    @AfterEach
    void close() {
        topics.close();
    }

    private void serveOnTheBundled(String task) throws Exception {
        topics.publish(ModelEvents.ready(task, 1, backbones.image().descriptor(),
                NearestMean.head(backbones.image(), "disc", "stripes")));
        topics.promote(ModelEvents.promotion(task, 1));
        await().atMost(LIMIT).until(() -> served(task), version -> version == 1);
    }

    private int served(String task) {
        return caller.get("/v1/tasks/" + task).json().path("version").asInt();
    }

    private JsonNode backbone(String id) {
        for (JsonNode backbone : caller.get("/v1/backbones").json().path("backbones")) {
            if (backbone.path("id").asText().equals(id)) {
                return backbone;
            }
        }
        throw new AssertionError("no backbone " + id);
    }

    private double metric(String name, String... tags) {
        String metrics = caller.send(caller.request("/q/metrics").header("Accept", "text/plain").build()).text();
        return metrics.lines().filter(line -> line.startsWith(name + "{"))
                .filter(line -> List.of(tags).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    @Test
    void swapsToAVersionOfAnotherBackboneOnceThatIsLoaded() throws Exception {
        // Given
        serveOnTheBundled("moved");
        assertThat(backbone("deeper").path("state").asText()).isEqualTo("closed");
        ModelReady second = ofTheDeeper("moved", 2);
        byte[] disc = Drawings.png(Drawings.DISC, UNSEEN);
        AtomicBoolean stopped = new AtomicBoolean();
        ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> clients = Stream.generate(() -> CompletableFuture.runAsync(() -> {
            while (!stopped.get()) {
                answers.add(caller.post("/v1/tasks/moved/predictions", "image/png", disc));
            }
        })).limit(2).toList();

        // When
        topics.promote(ModelEvents.promotion("moved", 2));
        topics.publish(second);
        await().atMost(LIMIT).until(() -> served("moved"), version -> version == 2);
        Answer after = caller.post("/v1/tasks/moved/predictions", "image/png", disc);
        stopped.set(true);
        for (CompletableFuture<Void> client : clients) {
            client.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        // Then
        assertThat(answers).isNotEmpty().allSatisfy(answer -> assertThat(answer.status()).as(answer.text()).isEqualTo(200));
        Set<String> seen = answers.stream().map(answer -> answer.json().path("version").asInt() + " "
                + answer.json().path("label").asText()).collect(Collectors.toSet());
        assertThat(seen).contains("1 disc").isSubsetOf("1 disc", "2 was-disc");
        assertThat(after.json().path("label").asText()).isEqualTo("was-disc");
        assertThat(backbone("deeper").path("state").asText()).isEqualTo("open");
        assertThat(backbone("deeper").path("architecture").asText()).isEqualTo("resnet34");
        assertThat(backbone("deeper").path("sha256").asText()).isEqualTo(second.backbone().sha256());
        assertThat(backbone("deeper").path("millisecondsPerSample").asDouble()).isPositive();
        assertThat(metric("graft_backbone_load_seconds_count", "backbone=\"deeper\"", "outcome=\"loaded\"")).isEqualTo(1);
        assertThat(metric("graft_backbone_info", "backbone=\"deeper\"")).isEqualTo(1);
        assertThat(metric("graft_prediction_batch_size_count", "backbone=\"deeper\"")).isPositive();
        assertThat(caller.get("/q/metrics").text()).contains("graft_prediction_queue_depth{backbone=\"deeper\"");
    }

    /** Its digest and features are known where it was trained: here, for a moment, in a second set of backbones. */
    private ModelReady ofTheDeeper(String task, int version) {
        return trained(task, version, BackboneConfig.ofFile(new BackboneId("deeper"), Path.of(weights("deeper"))));
    }

    private static ModelReady trained(String task, int version, BackboneConfig config) {
        try (Backbones trainers = new Backbones(BackbonesConfig.of(config), InstantSource.system())) {
            Backbone backbone = trainers.image();
            return ModelEvents.ready(task, version, backbone.descriptor(),
                    NearestMean.head(backbone, "was-disc", "was-stripes"));
        }
    }

    @Test
    void explainsNoImagesWhoseBackboneHasNoMaps() throws Exception {
        // Given
        topics.publish(trained("colors", 1, new BackboneConfig(new BackboneId("module"), Optional.of(weights("module")),
                Optional.of(Digests.sha256Hex(Path.of(weights("module")))), Map.of("architecture", "torchscript"), "auto",
                "cpu")));
        topics.promote(ModelEvents.promotion("colors", 1));
        await().atMost(LIMIT).until(() -> served("colors"), version -> version == 1);
        byte[] disc = Drawings.png(Drawings.DISC, UNSEEN);

        // When
        Answer plain = caller.post("/v1/tasks/colors/predictions", "image/png", disc);
        Answer explained = caller.post("/v1/tasks/colors/predictions?explain=cam", "image/png", disc);

        // Then
        assertThat(plain.status()).as(plain.text()).isEqualTo(200);
        assertThat(explained.status()).isEqualTo(400);
        assertThat(explained.json().path("code").asText()).isEqualTo("EXPLANATION_UNSUPPORTED");
        assertThat(explained.json().path("detail").asText()).isEqualTo("task 'colors' cannot be explained: its backbone"
                + " 'module' has no class activation map (expected: one of images whose architecture has it, as resnet18)");
    }

    @Test
    void saysOfABackboneFromTheWebWhereItComesFromAndWhereItsFileMayBePut() throws Exception {
        // Given
        assertThat(backbone("remote").path("source").asText()).isEqualTo(SecondBackbones.REMOTE);
        BackboneDescriptor remote = new BackboneDescriptor(new BackboneId("remote"), "e".repeat(64), 2, "resnet50", "float32",
                "cpu");

        // When
        topics.publish(ModelEvents.ready("far", 1, remote, ModelEvents.largest("disc", "stripes")));
        topics.promote(ModelEvents.promotion("far", 1));
        await().atMost(LIMIT).until(() -> backbone("remote").path("state").asText(), state -> state.equals("failed"));

        // Then
        String file = ConfigProvider.getConfig().getValue("graft.backbone.download-folder", String.class) + "/"
                + SecondBackbones.EXPECTED + "/file";
        assertThat(backbone("remote").path("problem").path("detail").asText())
                .startsWith("backbone 'remote' cannot be opened: " + SecondBackbones.REMOTE
                        + " cannot be fetched: java.net.ConnectException")
                .endsWith("or the file itself at " + file + ")");
    }

    @Test
    void goesOnWithTheOldVersionWhereTheWeightsOfTheNewOneAreDamaged() throws Exception {
        // Given
        serveOnTheBundled("kept");
        BackboneDescriptor damaged = new BackboneDescriptor(new BackboneId("damaged"), "d".repeat(64), 2, "resnet18",
                "float32", "cpu");

        // When
        topics.publish(ModelEvents.ready("kept", 2, damaged, ModelEvents.largest("disc", "stripes")));
        topics.promote(ModelEvents.promotion("kept", 2));
        await().atMost(LIMIT).until(() -> caller.get("/v1/tasks/kept/versions/2").json().path("state").asText(),
                state -> state.equals("refused"));

        // Then
        JsonNode problem = caller.get("/v1/tasks/kept/versions/2").json().path("problem");
        assertThat(problem.path("code").asText()).isEqualTo("MODEL_BACKBONE_BROKEN");
        assertThat(problem.path("detail").asText()).startsWith("model 'kept@2' takes features of backbone 'damaged', which"
                + " cannot be loaded: backbone 'damaged' cannot be opened: weights file " + weights("damaged")
                + " has SHA-256 039058c6")
                .endsWith("(expected: " + SecondBackbones.EXPECTED + ")");
        assertThat(served("kept")).isEqualTo(1);
        assertThat(caller.post("/v1/tasks/kept/predictions", "image/png", Drawings.png(Drawings.DISC, UNSEEN)).json()
                .path("label").asText()).isEqualTo("disc");
        assertThat(backbone("damaged").path("state").asText()).isEqualTo("failed");
        assertThat(backbone("damaged").path("problem").path("code").asText()).isEqualTo("BACKBONE_BROKEN");
        assertThat(metric("graft_backbone_load_seconds_count", "backbone=\"damaged\"", "outcome=\"failed\"")).isEqualTo(1);
        await().atMost(LIMIT).until(() -> metric("graft_model_swaps_total", "task=\"kept\"", "outcome=\"refused\"") >= 1);
        Answer ready = caller.get("/q/health/ready");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.text()).contains("kept@2", "MODEL_BACKBONE_BROKEN", "\"damaged\": \"failed\"");
    }
}
