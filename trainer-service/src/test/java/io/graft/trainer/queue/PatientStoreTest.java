package io.graft.trainer.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.store.ObjectStore;
import io.graft.store.ObjectStoreConfig;
import io.graft.store.ObjectStores;

class PatientStoreTest {

    private static final byte[] BYTES = "blocks".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private static Path folder;

    @AutoClose
    @SuppressWarnings("NullAway.Init") // set before each test
    private ObjectStore store;

    @BeforeEach
    void open() {
        store = ObjectStores.open(new ObjectStoreConfig(folder.resolve("objects").toUri()));
    }

    @Test
    void storesOnceTheStoreAnswersAgain() {
        // Given
        Away away = new Away(store, 2);
        // When
        URI uri = patient(away, Duration.ofMinutes(5)).put("tail.safetensors", BYTES);
        // Then
        assertThat(Path.of(uri)).hasBinaryContent(BYTES);
        assertThat(away.callCount).isEqualTo(3);
    }

    @Test
    void saysForHowLongTheStoreWasAskedAndWhatToDo() {
        // Given
        PatientStore patient = patient(new Away(store, Integer.MAX_VALUE), Duration.ofMillis(1));
        // When // Then
        assertThatThrownBy(() -> patient.put("tail.safetensors", BYTES)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.type()).isEqualTo(ProblemType.BROKEN);
            assertThat(problem.code()).isEqualTo("OBJECT_STORE_AWAY");
        }).hasMessage("object store file:///away does not answer, asked for PT0.001S (expected: an answer within that time, "
                + "graft.training.store-limit; another request trains again once it answers)");
    }

    @Test
    void asksARefusingStoreOnce() {
        // Given
        Away away = new Away(store, 0);
        // When // Then
        assertThatThrownBy(() -> patient(away, Duration.ofMinutes(5)).put("/", BYTES))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("OBJECT_NAME_INVALID"));
        assertThat(away.callCount).isEqualTo(1);
    }

    @Test
    void endsWhenNobodyWantsItAnyMore() {
        // Given
        Away away = new Away(store, Integer.MAX_VALUE);
        // When // Then
        assertThatThrownBy(() -> new PatientStore(away, new Patience(Duration.ofMinutes(5), () -> {
            throw new CancellationException();
        })).put("tail.safetensors", BYTES)).isInstanceOf(CancellationException.class);
    }

    private static PatientStore patient(ObjectStore store, Duration limit) {
        return new PatientStore(store, new Patience(limit, () -> {
        }, new SteppedClock()));
    }

    /** A store that does not answer the first calls. */
    private static final class Away implements ObjectStore {

        private final ObjectStore store;
        private final int awayCount;
        private int callCount;

        Away(ObjectStore store, int awayCount) {
            this.store = store;
            this.awayCount = awayCount;
        }

        @Override
        public URI put(String name, byte[] bytes) {
            answer();
            return store.put(name, bytes);
        }

        @Override
        public byte[] get(URI uri, String sha256, long sizeBytes) {
            answer();
            return store.get(uri, sha256, sizeBytes);
        }

        private void answer() {
            callCount++;
            if (callCount <= awayCount) {
                throw Problem.busy("OBJECT_STORE_BUSY", "object store file:///away does not answer");
            }
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
