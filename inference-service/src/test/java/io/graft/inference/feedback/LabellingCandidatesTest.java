package io.graft.inference.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.graft.event.Topics;
import io.graft.id.BackboneId;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.metrics.Owners;
import io.graft.inference.metrics.OwnersBeans;
import io.graft.inference.prediction.Prediction;
import io.graft.sample.SampleContent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class LabellingCandidatesTest {

    private static final TaskId BIRDS = new TaskId("birds");
    private static final TaskId WORDS = new TaskId("words");

    private final List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Owners<TaskId> tasks = OwnersBeans.tasks(registry, 1);
    private Instant now = Instant.parse("2026-01-01T00:00:10Z");

    @BeforeEach
    void enter() {
        tasks.enter(BIRDS);
        tasks.enter(WORDS);
    }

    private LabellingCandidates candidates(Executor thread) {
        return candidates(new EventRoom(100, 1000), thread);
    }

    private LabellingCandidates candidates(EventRoom room, Executor thread) {
        return new LabellingCandidates(new Topics(""), new Asking(0.6, 2), (record, heard) -> {
            sent.add(record);
            heard.accept(true);
        }, room, thread, tasks, () -> now);
    }

    private record Asking(double probabilityBelow, int perMinuteMax) implements LabellingCandidatesConfig {

        @Override
        public boolean enabled() {
            return true;
        }
    }

    private void predict(LabellingCandidates candidates, String id, float probability, Optional<Boolean> unknown) {
        predict(candidates, BIRDS, id, probability, unknown);
    }

    private void predict(LabellingCandidates candidates, TaskId task, String id, float probability,
            Optional<Boolean> unknown) {
        Prediction prediction = new Prediction(id, task, new ModelVersion(3), new BackboneId("vector"), "crow", probability,
                unknown,
                List.of(), now);
        SamplePayload payload = SamplePayload.of(new SampleContent.Vector(new float[] { 1, 2 })).orElseThrow();
        candidates.consider(RecentPrediction.of(prediction, payload), prediction);
    }

    @Test
    void asksAboutWhatIsUncertain() {
        // Given
        LabellingCandidates candidates = candidates(Runnable::run);

        // When
        predict(candidates, "sure", 0.61f, Optional.of(false));
        predict(candidates, "improbable", 0.59f, Optional.empty());
        predict(candidates, "unknown", 0.9f, Optional.of(true));

        // Then
        assertThat(sent).extracting(record -> header(record, "prediction-id")).containsExactly("improbable", "unknown");
        ProducerRecord<byte[], byte[]> first = sent.get(0);
        assertThat(first.topic()).isEqualTo("labelling-candidates");
        assertThat(new String(first.key(), StandardCharsets.UTF_8)).startsWith("birds/feedback-");
        assertThat(new String(first.value(), StandardCharsets.UTF_8)).isEqualTo("{\"vector\":[1.0,2.0]}");
        assertThat(header(first, "content-type")).isEqualTo("application/json");
        assertThat(header(first, "version")).isEqualTo("3");
        assertThat(header(first, "predicted-label")).isEqualTo("crow");
        assertThat(header(first, "probability")).isEqualTo("0.59");
        assertThat(first.headers().lastHeader("label")).isNull();
    }

    @Test
    void asksNoMoreThanSoOftenInAMinute() {
        // Given
        LabellingCandidates candidates = candidates(Runnable::run);

        // When
        for (int i = 0; i < 5; i++) {
            predict(candidates, "first-" + i, 0.1f, Optional.empty());
        }
        now = now.plusSeconds(60);
        predict(candidates, "second", 0.1f, Optional.empty());

        // Then
        assertThat(sent).extracting(record -> header(record, "prediction-id")).containsExactly("first-0", "first-1",
                "second");
        assertThat(counted("sent")).isEqualTo(3);
        assertThat(counted("limited")).isEqualTo(3);
    }

    @Test
    void leavesOutWhatTheBrokerHasNoTimeFor() {
        // Given
        Queue<Runnable> waiting = new ArrayDeque<>();
        LabellingCandidates candidates = candidates(new EventRoom(100, 15), waiting::add);

        // When: each vector holds 8 bytes
        predict(candidates, "first", 0.1f, Optional.empty());
        predict(candidates, "too-much", 0.1f, Optional.empty());
        waiting.remove().run();
        now = now.plusSeconds(60);
        predict(candidates, "later", 0.1f, Optional.empty());
        waiting.remove().run();

        // Then
        assertThat(sent).extracting(record -> header(record, "prediction-id")).containsExactly("first", "later");
        assertThat(counted("failed")).isEqualTo(1);
    }

    @Test
    void countsTasksBeyondTheBoundOfSeriesTogetherAndForgetsThoseThatLeave() {
        // Given
        LabellingCandidates candidates = candidates(Runnable::run);
        predict(candidates, BIRDS, "first", 0.1f, Optional.empty());
        predict(candidates, WORDS, "second", 0.1f, Optional.empty());
        assertThat(counted("birds", "sent")).isEqualTo(1);
        assertThat(counted("_other", "sent")).isEqualTo(1);

        // When
        tasks.leave(BIRDS);

        // Then
        assertThat(registry.find("graft.labelling.candidates").counters())
                .extracting(counter -> counter.getId().getTag("task")).containsOnly("_other");
    }

    private double counted(String outcome) {
        return counted("birds", outcome);
    }

    private double counted(String task, String outcome) {
        return registry.get("graft.labelling.candidates").tags("task", task, "outcome", outcome).counter().count();
    }

    private static String header(ProducerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
