package io.graft.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneConfig;
import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.download.DownloadRules;
import io.graft.id.BackboneId;
import io.graft.id.TaskId;

class BackboneOpeningTest {

    private static final BackboneId ID = new BackboneId("remote");
    private static final TaskId TASK = new TaskId("birds");

    @Test
    void doesWithoutABackboneThatIsLongInOpening(@TempDir Path folder) throws Exception {
        // Given
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Backbones backbones = new Backbones(from("http://127.0.0.1:" + silent.getLocalPort() + "/a.pth", folder),
                        InstantSource.system());
                BackboneOpening opening = new BackboneOpening(backbones, Duration.ofMillis(1), task -> Optional.of(ID))) {
            // When
            Optional<Backbone> found = opening.find(TASK, ID);

            // Then
            assertThat(found).isEmpty();
            assertThat(opening.closed()).containsOnlyKeys(ID);
            assertThat(opening.closed().get(ID).code()).isEqualTo("BACKBONE_LOADING");
            assertThat(opening.closed().get(ID).sentence())
                    .isEqualTo("backbone 'remote' has not been opened within PT0.001S (expected: by and by)");
        }
    }

    @Test
    void refusesAWaitOutOfItsBounds() {
        try (Backbones backbones = new Backbones(BackbonesConfig.BUNDLED, InstantSource.system())) {
            for (Duration wait : List.of(Duration.ofMillis(-1), Duration.ofSeconds(121))) {
                assertThatThrownBy(() -> new BackboneOpening(backbones, wait, task -> Optional.empty()))
                        .hasMessage("graft.embedding.backbone-wait-limit is " + wait + " (expected: PT0S to PT2M)");
            }
        }
    }

    @Test
    void namesNoBackboneThatNobodyIsBoundToAnyMore(@TempDir Path folder) throws Exception {
        Map<TaskId, BackboneId> bound = new HashMap<>();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Backbones backbones = new Backbones(from("http://127.0.0.1:" + silent.getLocalPort() + "/a.pth", folder),
                        InstantSource.system());
                BackboneOpening opening = new BackboneOpening(backbones, Duration.ZERO,
                        task -> Optional.ofNullable(bound.get(task)))) {
            // Given
            TaskId other = new TaskId("cats");
            for (TaskId task : List.of(TASK, other)) {
                bound.put(task, ID);
                assertThat(opening.find(task, ID)).isEmpty();
            }

            // When // Then
            bound.put(other, BackboneConfig.BUNDLED.id());
            assertThat(opening.closed()).containsOnlyKeys(ID);
            bound.remove(TASK);
            assertThat(opening.closed()).isEmpty();
        }
    }

    private static BackbonesConfig from(String uri, Path folder) {
        BackbonesConfig usual = BackbonesConfig.of(BackboneConfig.BUNDLED, new BackboneConfig(ID, Optional.of(uri),
                Optional.of("7".repeat(64)), Map.of("architecture", "resnet50"), "auto", "auto"));
        return new BackbonesConfig(usual.byId(), usual.image(), usual.imageBytesMax(), usual.imagePixelsMax(),
                usual.openCountMax(), usual.retryDelay(),
                new DownloadRules(folder.resolve("fetched"), DownloadRules.SIZE_BYTES_MAX, Duration.ofHours(1)));
    }
}
