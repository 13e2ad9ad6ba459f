package io.graft.trainer.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import io.graft.event.Json;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.model.EpochResult;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;

class RunHistoryTest {

    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final TaskId TASK = new TaskId("birds");

    private final RunHistory history = new RunHistory();
    private final TrainingProgress queued = progress(1);

    @Test
    void staysCancellingThroughTheStepsOfARunThatHasNotHeardOfIt() {
        // Given
        apply(queued);
        apply(queued.to(TrainingState.RUNNING, AT));

        // When
        apply(queued.to(TrainingState.CANCELLING, AT));
        apply(queued.afterEpoch(new EpochResult(1, 0.1, 0.5, 0.9, Optional.empty(), Optional.empty()), 25, AT));

        // Then
        assertThat(history.isCancelling(TASK, queued.trainingRunId())).isTrue();
        assertThat(history.find(TASK, queued.trainingRunId()).orElseThrow().epochs()).hasSize(1);
        apply(queued.to(TrainingState.CANCELLED, AT));
        assertThat(history.isCancelling(TASK, queued.trainingRunId())).isFalse();
        assertThat(state(queued)).isEqualTo(TrainingState.CANCELLED);
    }

    @Test
    void leavesARunAsItEnded() {
        // Given
        apply(queued);
        apply(queued.toSucceeded(new ModelVersion(3), AT));

        // When
        apply(queued.to(TrainingState.CANCELLING, AT));

        // Then
        assertThat(state(queued)).isEqualTo(TrainingState.SUCCEEDED);
        assertThat(history.find(TASK, queued.trainingRunId()).orElseThrow().version()).contains(new ModelVersion(3));
    }

    @Test
    void forgetsTheOldestRunsThatHaveEnded() {
        // Given
        apply(queued);
        for (int number = 2; number <= 150; number++) {
            apply(progress(number).to(TrainingState.FAILED, AT));
        }

        // When
        List<TrainingRun> runs = history.runs(TASK);

        // Then
        assertThat(runs).hasSize(100);
        assertThat(runs.get(0).trainingRunId()).isEqualTo(progress(150).trainingRunId());
        assertThat(state(queued)).isEqualTo(TrainingState.QUEUED);
    }

    @Test
    void tellsHowManySamplesARunWaitsForWhileItWaits() {
        // When
        apply(queued.toWaiting(17, AT));

        // Then
        assertThat(history.find(TASK, queued.trainingRunId()).orElseThrow().missingSampleCount()).contains(17L);
        apply(queued.to(TrainingState.RUNNING, AT));
        assertThat(history.find(TASK, queued.trainingRunId()).orElseThrow().missingSampleCount()).isEmpty();
    }

    @Test
    void tellsItsListenersOfEachStep() {
        // Given
        List<TrainingState> heard = new ArrayList<>();
        RunHistory.Listener listener = progress -> heard.add(progress.state());
        history.addListener(listener);

        // When
        apply(queued);
        apply(queued.to(TrainingState.RUNNING, AT));
        history.removeListener(listener);
        apply(queued.to(TrainingState.FAILED, AT));

        // Then
        assertThat(heard).containsExactly(TrainingState.QUEUED, TrainingState.RUNNING);
    }

    private TrainingState state(TrainingProgress progress) {
        return history.find(TASK, progress.trainingRunId()).orElseThrow().state();
    }

    private void apply(TrainingProgress progress) {
        history.apply(new ConsumerRecord<>("training-progress", 0, 0, new byte[0], Json.write(progress)));
    }

    private static TrainingProgress progress(int number) {
        return TrainingProgress.of(TASK, new TrainingRunId("run-" + number), new TrainRequestId("request-" + number),
                TrainingState.QUEUED, AT);
    }
}
