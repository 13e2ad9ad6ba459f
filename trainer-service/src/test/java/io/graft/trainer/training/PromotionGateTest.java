package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.graft.id.ModelVersion;
import io.graft.model.Evaluation;
import io.graft.model.Evaluation.LabelEvaluation;
import io.graft.model.PromotionPolicy;
import io.graft.model.PromotionPolicy.Policy;
import io.graft.model.Verdict;
import io.graft.model.Verdict.SignificanceTest;

class PromotionGateTest {

    private static final Evaluation NOTHING = evaluation(0, 0, 0);

    @Test
    void promotesAHigherAccuracy() {
        assertVerdict(Policy.IF_BETTER, 0, evaluation(50, 0.9, 0.5), evaluation(50, 0.88, 0.1), true,
                "accuracy 0.9000 on 50 validation samples, 0.0200 above the 0.8800 of version 3");
    }

    @Test
    void refusesPromotionBelowTheServingVersion() {
        assertVerdict(Policy.IF_BETTER, 0, evaluation(50, 0.86, 0.1), evaluation(50, 0.88, 0.5), false,
                "accuracy 0.8600 on 50 validation samples, 0.0200 below the 0.8800 of version 3");
    }

    @Test
    void promotesALowerLossAtTheSameAccuracy() {
        assertVerdict(Policy.IF_BETTER, 0, evaluation(50, 0.9, 0.4), evaluation(50, 0.9, 0.5), true,
                "accuracy 0.9000 on 50 validation samples, as version 3's; loss 0.4000 is below its 0.5000");
    }

    @Test
    void refusesTheSameNumbers() {
        assertVerdict(Policy.IF_BETTER, 0, evaluation(50, 0.9, 0.5), evaluation(50, 0.9, 0.5), false,
                "accuracy 0.9000 on 50 validation samples, as version 3's; loss 0.5000 is not below its 0.5000");
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
        Measured candidate = new Measured(evaluation(50, 0.9, 0.5), new BitSet());
        Optional<PromotionGate.Serving> serving = Optional.of(third(evaluation(40, 0.9, 0.5)));
        // When // Then
        assertThatThrownBy(() -> PromotionGate.judge(PromotionPolicy.DEFAULT, candidate, serving))
                .hasMessage("versions are evaluated on 50 and 40 samples (expected: the same)");
    }

    @Test
    void comparesOnTheSamplesThatTheServingVersionCanBeMeasuredOn() {
        // When
        Verdict verdict = judgeOnAFew(0, 0);
        // Then
        assertThat(verdict).isEqualTo(new Verdict(true, "accuracy 0.9500 on 40 validation samples, 0.0200 above the 0.9300 of "
                + "version 3; 10 of 50 validation samples are left out: they have no features of backbone 'half'", 40,
                Optional.of(0.95), Optional.of(0.3), Optional.of(new ModelVersion(3)), Optional.of(0.93), Optional.of(0.4),
                Optional.empty()));
    }

    @Test
    void holdsAllSamplesAgainstTheFloorsWhateverTheServingVersionCanBeMeasuredOn() {
        assertThat(judgeOnAFew(0.92, 0).reason())
                .isEqualTo("accuracy 0.9000 on 50 validation samples (expected: at least 0.92)");
        assertThat(judgeOnAFew(0, 0.8).promoted()).isTrue();
    }

    /** None of the few has the label 'moths', whose recall on all samples is 0.8. */
    private static Verdict judgeOnAFew(double minimumAccuracy, double minimumLabelRecall) {
        Measured all = new Measured(evaluation(50, 0.9, 0.5, new LabelEvaluation("moths", 1, 0.8, 10)), new BitSet());
        Measured few = new Measured(evaluation(40, 0.95, 0.3, new LabelEvaluation("moths", 0, 0, 0)), new BitSet());
        return PromotionGate.judge(
                new PromotionPolicy(Policy.IF_BETTER, minimumAccuracy, minimumLabelRecall, Optional.empty()), all,
                Optional.of(new PromotionGate.Serving(new ModelVersion(3), List.of("ants", "bees"),
                        new Measured(evaluation(40, 0.93, 0.4), new BitSet()),
                        Optional.of(new PromotionGate.Subset(few, "they have no features of backbone 'half'")))));
    }

    @Test
    void refusesALabelBelowTheFloor() {
        // Given
        PromotionPolicy policy = new PromotionPolicy(Policy.ALWAYS, 0, 0.5, Optional.empty());
        Evaluation evaluation = evaluation(50, 0.9, 0.5, new LabelEvaluation("ants", 1, 0.5, 40),
                new LabelEvaluation("bees", 1, 0.4, 10));
        // When
        Verdict verdict = PromotionGate.judge(policy, new Measured(evaluation, new BitSet()), Optional.empty());
        // Then
        assertThat(verdict.promoted()).isFalse();
        assertThat(verdict.reason())
                .isEqualTo("label 'bees' has recall 0.4000 on 10 validation samples (expected: at least 0.5)");
    }

    @Test
    void refusesWhatMayBeChance() {
        // Given five samples that only the new version answers right, and one that only the serving one does
        Verdict verdict = tested(5, 1, 0.05);
        // Then
        assertThat(verdict.promoted()).isFalse();
        SignificanceTest test = verdict.significance().orElseThrow();
        assertThat(test.onlyCandidateRight()).isEqualTo(5);
        assertThat(test.onlyServingRight()).isEqualTo(1);
        assertThat(test.pValue()).isCloseTo(0.21875, within(1e-12));
        assertThat(verdict.reason())
                .isEqualTo("accuracy 0.7000 on 50 validation samples, 0.0800 above the 0.6200 of version 3; "
                        + "only the new version is right on 5 samples, only the serving one on 1: McNemar's p is 0.2188 "
                        + "(expected: better, with p below 0.05)");
    }

    @Test
    void promotesWhatIsMoreThanChance() {
        // Given
        Verdict verdict = tested(10, 1, 0.05);
        // Then
        assertThat(verdict.promoted()).isTrue();
        assertThat(verdict.significance().orElseThrow().pValue()).isCloseTo(24.0 / 2048, within(1e-12));
        assertThat(verdict.reason()).endsWith("McNemar's p is 0.0117, below 0.05");
    }

    @Test
    void refusesWhatIsSurelyWorse() {
        // Given
        Verdict verdict = tested(1, 10, 0.05);
        // Then
        assertThat(verdict.promoted()).isFalse();
        assertThat(verdict.reason()).contains("0.1800 below the 0.8800 of version 3");
    }

    /** The new version answers 35 of 50 samples right. */
    @Test
    void refusesTrainedBlocksThatAreWorseThanTheHeadAlone() {
        // Given
        Measured blocks = new Measured(evaluation(50, 0.9, 0.5), new BitSet());
        Verdict promoted = PromotionGate.judge(new PromotionPolicy(Policy.ALWAYS, 0, 0, Optional.empty()), blocks,
                Optional.empty());
        // When
        Verdict lowerAccuracy = judgeBlocks(promoted, blocks, 0.92, 0.9);
        Verdict higherLoss = judgeBlocks(promoted, blocks, 0.9, 0.4);
        // Then
        assertThat(lowerAccuracy.promoted()).isFalse();
        assertThat(lowerAccuracy.reason()).isEqualTo("accuracy 0.9000 and loss 0.5000 with trained blocks are worse than the "
                + "0.9200 and 0.9000 of the head alone (expected: no worse; depth 'head' gives that head)");
        assertThat(higherLoss.promoted()).isFalse();
        assertThat(judgeBlocks(promoted, blocks, 0.9, 0.5)).isEqualTo(promoted);
        assertThat(judgeBlocks(promoted, blocks, 0.88, 0.4)).isEqualTo(promoted);
    }

    @Test
    void refusesTrainedBlocksThatNothingMeasuresWhateverThePolicy() {
        // Given
        Measured nothing = new Measured(NOTHING, new BitSet());
        Verdict promoted = PromotionGate.judge(new PromotionPolicy(Policy.ALWAYS, 0, 0, Optional.empty()), nothing,
                Optional.empty());
        // When
        Verdict verdict = PromotionGate.judgeBlocks(promoted, nothing, nothing);
        // Then
        assertThat(promoted.promoted()).isTrue();
        assertThat(verdict.promoted()).isFalse();
        assertThat(verdict.reason()).isEqualTo("there are no validation samples to measure trained blocks against the head "
                + "alone on (expected: at least 1; depth 'head' needs none with policy 'always')");
    }

    private static Verdict judgeBlocks(Verdict verdict, Measured blocks, double aloneAccuracy, double aloneLoss) {
        return PromotionGate.judgeBlocks(verdict, blocks,
                new Measured(evaluation(50, aloneAccuracy, aloneLoss), new BitSet()));
    }

    private static Verdict tested(int onlyCandidateRight, int onlyServingRight, double significance) {
        BitSet candidate = new BitSet();
        candidate.set(0, 35);
        BitSet serving = new BitSet();
        serving.set(onlyCandidateRight, 35 + onlyServingRight);
        Measured other = new Measured(evaluation(50, serving.cardinality() / 50.0, 0.5), serving);
        // When
        return PromotionGate.judge(new PromotionPolicy(Policy.IF_BETTER, 0, 0, Optional.of(significance)),
                new Measured(evaluation(50, 0.7, 0.4), candidate),
                Optional.of(new PromotionGate.Serving(new ModelVersion(3), List.of(), other, Optional.empty())));
    }

    @Test
    void saysWhichSamplesTheServingVersionCannotKnow() {
        // Given
        Evaluation candidate = evaluation(50, 0.9, 0.5, new LabelEvaluation("ants", 1, 1, 30),
                new LabelEvaluation("moths", 1, 1, 0), new LabelEvaluation("wasps", 1, 1, 20));
        // When
        Verdict verdict = PromotionGate.judge(PromotionPolicy.DEFAULT, new Measured(candidate, new BitSet()),
                Optional.of(third(evaluation(50, 0.5, 9))));
        // Then
        assertThat(verdict).isEqualTo(new Verdict(true, "accuracy 0.9000 on 50 validation samples, 0.4000 above the 0.5000 of "
                + "version 3; 20 of 50 validation samples have a label that version 3 does not know ('wasps'): its answers to "
                + "them count as wrong", 50, Optional.of(0.9), Optional.of(0.5), Optional.of(new ModelVersion(3)),
                Optional.of(0.5), Optional.of(9.0), Optional.empty()));
    }

    private static void assertVerdict(Policy policy, double minimumAccuracy, Evaluation candidate,
            @Nullable Evaluation serving, boolean promoted, String reason) {
        // When
        Verdict verdict = PromotionGate.judge(new PromotionPolicy(policy, minimumAccuracy, 0, Optional.empty()),
                new Measured(candidate, new BitSet()), Optional.ofNullable(serving).map(PromotionGateTest::third));
        // Then
        assertThat(verdict.promoted()).isEqualTo(promoted);
        assertThat(verdict.reason()).isEqualTo(reason);
    }

    private static PromotionGate.Serving third(Evaluation evaluation) {
        return new PromotionGate.Serving(new ModelVersion(3), List.of("ants", "bees"),
                new Measured(evaluation, new BitSet()), Optional.empty());
    }

    private static Evaluation evaluation(int sampleCount, double accuracy, double loss, LabelEvaluation... labels) {
        return new Evaluation(sampleCount, accuracy, loss, List.of(labels), List.of());
    }
}
