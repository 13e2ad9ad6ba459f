package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

class BackboneSlotTest {

    private static final Duration RETRY_DELAY = Duration.ofMinutes(1);

    private final Semaphore places = new Semaphore(1);
    private Instant now = Instant.parse("2026-01-01T12:00:00Z");

    static List<Throwable> failures() {
        return List.of(new IllegalStateException("broken"), new OutOfMemoryError("no native memory"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void closesABackboneWhoseFirstPassFails(Throwable failure) {
        // Given
        FailingBackbone backbone = new FailingBackbone(failure);
        BackboneSlot slot = slot(backbone);

        // When
        assertThatThrownBy(slot::open)

                // Then
                .isInstanceOf(Problem.class).hasMessageContaining("backbone 'resnet18' cannot be opened")
                .hasMessageContaining(failure.getMessage());
        assertThat(backbone.closedCount).isOne();
        assertThat(slot.status().state()).isEqualTo(BackboneStatus.State.FAILED);
        assertThat(places.availablePermits()).isOne();
    }

    @Test
    void opensNothingAgainBeforeItsTime() {
        // Given
        FailingBackbone backbone = new FailingBackbone(new OutOfMemoryError("no native memory"));
        BackboneSlot slot = slot(backbone);
        assertThatThrownBy(slot::open).isInstanceOf(Problem.class);

        // When
        assertThatThrownBy(slot::open).isInstanceOf(Problem.class);

        // Then
        assertThat(backbone.closedCount).isOne();
        now = now.plus(RETRY_DELAY);
        assertThatThrownBy(slot::open).isInstanceOf(Problem.class);
        assertThat(backbone.closedCount).isEqualTo(2);
    }

    @Test
    void survivesAnEngineThatCannotBeLinked() {
        // Given
        BackboneSlot slot = new BackboneSlot(BackboneConfig.BUNDLED, config -> {
            throw new UnsatisfiedLinkError("no engine for this machine");
        }, places, RETRY_DELAY, () -> now);

        // When
        assertThatThrownBy(slot::open)

                // Then
                .isInstanceOf(Problem.class).hasMessageContaining("no engine for this machine");
        assertThat(slot.status().state()).isEqualTo(BackboneStatus.State.FAILED);
    }

    private BackboneSlot slot(Backbone backbone) {
        return new BackboneSlot(BackboneConfig.BUNDLED, config -> backbone, places, RETRY_DELAY, () -> now);
    }

    /** Opens, and fails at its first pass. */
    private static final class FailingBackbone implements Backbone {

        private final Throwable failure;
        private int closedCount;

        FailingBackbone(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public BackboneDescriptor descriptor() {
            return new BackboneDescriptor(BackboneConfig.BUNDLED.id(), "00", 1, "resnet18", "float32", "cpu");
        }

        @Override
        public byte[] prepare(SampleContent content) {
            return new byte[1];
        }

        @Override
        public BackboneWorker openWorker(int batchSizeMax) {
            return new BackboneWorker() {
                @Override
                public float[][] embed(List<byte[]> inputs) {
                    if (failure instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) failure;
                }

                @Override
                public void close() {
                }
            };
        }

        @Override
        public void close() {
            closedCount++;
        }
    }
}
