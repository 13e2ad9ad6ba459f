package io.graft.trainer.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.graft.id.ModelVersion;
import io.graft.model.Verdict;

class ServingComparisonTest {

    private static final Optional<ModelVersion> THIRD = Optional.of(new ModelVersion(3));
    private static final Optional<ModelVersion> FOURTH = Optional.of(new ModelVersion(4));

    private final List<Optional<ModelVersion>> judged = new ArrayList<>();
    private Optional<ModelVersion> serving = THIRD;

    private Verdict judge(Optional<ModelVersion> beside) {
        judged.add(beside);
        return new Verdict(true, "better", 10, Optional.of(0.9), Optional.of(0.1), beside, Optional.of(0.8), Optional.of(0.2),
                Optional.empty());
    }

    @Test
    void judgesOnceWhereNothingChanges() {
        // When
        Optional<Verdict> verdict = ServingComparison.besideWhatServes(() -> serving, this::judge);

        // Then
        assertThat(verdict.orElseThrow().servingVersion()).isEqualTo(THIRD);
        assertThat(judged).containsExactly(THIRD);
    }

    @Test
    void judgesBesideTheVersionThatWasPromotedMeanwhile() {
        // When
        Optional<Verdict> verdict = ServingComparison.besideWhatServes(() -> serving, beside -> {
            serving = FOURTH;
            return judge(beside);
        });

        // Then
        assertThat(verdict.orElseThrow().servingVersion()).isEqualTo(FOURTH);
        assertThat(judged).containsExactly(THIRD, FOURTH);
    }

    @Test
    void givesUpWherePromotionsGoOnAndOn() {
        // When
        Optional<Verdict> verdict = ServingComparison.besideWhatServes(() -> serving, beside -> {
            serving = serving.equals(THIRD) ? FOURTH : THIRD;
            return judge(beside);
        });

        // Then
        assertThat(verdict).isEmpty();
        assertThat(judged).containsExactly(THIRD, FOURTH, THIRD, FOURTH);
    }
}
