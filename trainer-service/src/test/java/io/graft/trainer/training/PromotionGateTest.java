package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.graft.model.Evaluation;
import io.graft.model.PromotionPolicy;
import io.graft.model.PromotionPolicy.Policy;

class PromotionGateTest {

    private static final Evaluation NOTHING = evaluation(0, 0, 0);

    @Test
    void promotesAHigherAccuracy() {
        assertVerdict(Policy.IF_BETTER, 0, evaluation(50, 0.9, 0.5), evaluation(50, 0.88, 0.1), true,
                "accuracy 0.9000 on 50 validation samples, above the 0.8800 of the serving version");
    }

    @Test
    void refusesPromotionBelowTheServingVersion() {
        assertVerdict(Policy.IF_BETTER, 0, evaluation(50, 0.86, 0.1), evaluation(50, 0.88, 0.5), false,
                "accuracy 0.8600 on 50 validation samples, below the 0.8800 of the serving version");
    }

    @Test
    void promotesALowerLossAtTheSameAccuracy() {
        assertVerdict(Policy.IF_BETTER, 0, evaluation(50, 0.9, 0.4), evaluation(50, 0.9, 0.5), true,
                "accuracy 0.9000 on 50 validation samples, as the serving version's; loss 0.4000 is below its 0.5000");
    }

    @Test
    void refusesTheSameNumbers() {
        assertVerdict(Policy.IF_BETTER, 0, evaluation(50, 0.9, 0.5), evaluation(50, 0.9, 0.5), false,
                "accuracy 0.9000 on 50 validation samples, as the serving version's; loss 0.5000 is not below its 0.5000");
    }

    @Test
    void promotesTheFirstVersion() {
        assertVerdict(Policy.IF_BETTER, 0.5, evaluation(50, 0.9, 0.5), null, true,
                "accuracy 0.9000 on 50 validation samples; no version served before");
    }

    @Test
    void refusesBelowTheMinimumWhateverServes() {
        assertVerdict(Policy.IF_BETTER, 0.95, evaluation(50, 0.9, 0.5), null, false,
                "accuracy 0.9000 on 50 validation samples (expected: at least 0.95)");
        assertVerdict(Policy.ALWAYS, 0.95, evaluation(50, 0.9, 0.5), evaluation(50, 0.1, 9), false,
                "accuracy 0.9000 on 50 validation samples (expected: at least 0.95)");
    }

    @Test
    void promotesAWorseVersionAlwaysWhereAsked() {
        assertVerdict(Policy.ALWAYS, 0, evaluation(50, 0.1, 9), evaluation(50, 0.9, 0.5), true,
                "accuracy 0.1000 on 50 validation samples; policy 'always' compares with nothing");
    }

    @Test
    void promotesNothingWherePeopleDecide() {
        assertVerdict(Policy.NEVER, 0, evaluation(50, 1, 0), null, false, "policy 'never' leaves the promotion to people");
    }

    @Test
    void refusesWhatWasNotMeasured() {
        assertVerdict(Policy.IF_BETTER, 0, NOTHING, null, false,
                "there are no validation samples to measure the accuracy on (expected: at least 1)");
        assertVerdict(Policy.ALWAYS, 0.5, NOTHING, null, false,
                "there are no validation samples to measure the accuracy on (expected: at least 1)");
    }

    @Test
    void promotesWhatWasNotMeasuredWhereAlwaysIsAsked() {
        assertVerdict(Policy.ALWAYS, 0, NOTHING, null, true, "there are no validation samples; policy 'always' asks for none");
    }

    @Test
    void comparesOnlyOnTheSameSamples() {
        // Given
        Optional<Evaluation> serving = Optional.of(evaluation(40, 0.9, 0.5));
        // When // Then
        assertThatThrownBy(() -> PromotionGate.judge(PromotionPolicy.DEFAULT, evaluation(50, 0.9, 0.5), serving))
                .hasMessage("versions are evaluated on 50 and 40 samples (expected: the same)");
    }

    private static void assertVerdict(Policy policy, double minimumAccuracy, Evaluation candidate,
            @Nullable Evaluation serving, boolean promoted, String reason) {
        // When
        Verdict verdict = PromotionGate.judge(new PromotionPolicy(policy, minimumAccuracy), candidate,
                Optional.ofNullable(serving));
        // Then
        assertThat(verdict).isEqualTo(new Verdict(promoted, reason));
    }

    private static Evaluation evaluation(int sampleCount, double accuracy, double loss) {
        return new Evaluation(sampleCount, accuracy, loss, List.of(), List.of());
    }
}
