package io.graft.trainer.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.event.Topics;
import io.graft.head.Head;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.testing.KafkaBroker;
import io.graft.testing.KafkaTopic;
import io.graft.trainer.training.EpochListener;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Whether blocks have a place, without an object store, on a real broker. */
class TailArtifactsTest {

    private static final Head HEAD = new Head(List.of("ants", "bees"), 3, new float[6], new float[2]);
    private static final int INLINE_BYTES_MAX = 900_000;
    private static final EpochListener NOBODY = result -> {
    };

    private static KafkaBroker broker;

    @BeforeAll
    static void startBroker(@TempDir Path dataDir) {
        broker = KafkaBroker.start(dataDir);
        KafkaTopic.create(broker, "small-model-ready", 1, Map.of("max.message.bytes", "1000000"));
        KafkaTopic.create(broker, "packed-model-ready", 1, Map.of("max.message.bytes", "1000000", "compression.type", "zstd"));
        KafkaTopic.create(broker, "plain-model-ready", 1,
                Map.of("max.message.bytes", "1000000", "compression.type", "uncompressed"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void refusesBlocksWhoseEventTheTopicDoesNotTake() {
        requirePlace("small-", Map.of(), 630_000);
        assertThatThrownBy(() -> requirePlace("small-", Map.of(), 640_000))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.type()).isEqualTo(ProblemType.INVALID);
                    assertThat(problem.code()).isEqualTo("FINE_TUNING_EVENT_TOO_LARGE");
                })
                .hasMessageMatching("trained blocks have a file of 640000 bytes, which makes an event of up to 100\\d{4}, and "
                        + "topic 'small-model-ready' takes 1000000 \\(expected: a max\\.message\\.bytes of the topic, and a "
                        + "max\\.request\\.size of the service, of at least 100\\d{4}, or an object store, "
                        + "graft\\.objects\\.url, and a graft\\.training\\.inline-block-bytes-max below 640000\\)");
    }

    @Test
    void goesOnWhereNobodyKnowsHowLargeTheEventMayBe() {
        assertThatCode(() -> {
            requirePlace("missing-", Map.of(), INLINE_BYTES_MAX);
            requirePlace("packed-", Map.of(), INLINE_BYTES_MAX);
            requirePlace("small-", Map.of("compression.type", "zstd"), INLINE_BYTES_MAX);
        }).doesNotThrowAnyException();
        assertThatThrownBy(() -> requirePlace("plain-", Map.of("compression.type", "zstd"), INLINE_BYTES_MAX))
                .isInstanceOf(Problem.class);
    }

    @Test
    void refusesBlocksWhoseEventTheProducerDoesNotSend() {
        assertThatThrownBy(() -> requirePlace("missing-", Map.of("max.request.size", "900000"), 640_000))
                .hasMessageContaining("takes 900000 (expected: ");
    }

    @Test
    void asksForAStoreForAFileThatIsAByteTooLong() {
        assertThatThrownBy(() -> requirePlace("missing-", Map.of(), INLINE_BYTES_MAX + 1L))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("FINE_TUNING_NO_STORE"))
                .hasMessage("trained blocks have a file of 900001 bytes, too many for an event (expected: an object store, "
                        + "graft.objects.url, or at most 900000 bytes, graft.training.inline-block-bytes-max)");
    }

    @Test
    void refusesALimitOfTheStoreOutOfItsBounds() {
        for (String limit : List.of("999ms", "86401s")) {
            Map<String, String> keys = Map.of("graft.training.store-limit", limit);
            assertThatThrownBy(() -> open(keys, "missing-", Map.of(), artifacts -> {
            })).hasMessageMatching("graft\\.training\\.store-limit is PT\\S+ \\(expected: PT1S to PT24H\\)");
        }
    }

    private static void requirePlace(String topicPrefix, Map<String, Object> client, long fileBytes) {
        open(Map.of("graft.training.inline-block-bytes-max", Integer.toString(INLINE_BYTES_MAX)), topicPrefix, client,
                artifacts -> artifacts.requirePlace(fileBytes, new VersionSize(HEAD, 10, 3), NOBODY));
    }

    private static void open(Map<String, String> keys, String topicPrefix, Map<String, Object> client,
            Consumer<TailArtifacts> use) {
        Map<String, Object> kafka = new HashMap<>(client);
        kafka.put("bootstrap.servers", broker.bootstrapServers());
        TrainingConfig config = new SmallRyeConfigBuilder().withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(TrainingConfig.class).withSources(new PropertiesConfigSource(keys, "test", 100)).build()
                .getConfigMapping(TrainingConfig.class);
        try (Admin admin = Admin.create(kafka)) {
            use.accept(new TailArtifacts(Optional.empty(), config, new ModelRoom(admin, new Topics(topicPrefix), kafka)));
        }
    }
}
