package io.graft.trainer.training;

import java.util.Locale;
import java.util.Optional;

import io.graft.model.Evaluation;
import io.graft.model.PromotionPolicy;
import io.graft.model.PromotionPolicy.Policy;

/**
 * Decides whether a new version may serve. {@code if-better} asks for a better accuracy than that of the serving version on the
 * same validation samples, or for the same accuracy at a lower loss.
 */
public final class PromotionGate {

    private PromotionGate() {
    }

    /**
     * Compares, and says why.
     *
     * @param candidate evaluation of the new version
     * @param serving evaluation of the serving version on the same samples; empty when none serves
     */
    public static Verdict judge(PromotionPolicy policy, Evaluation candidate, Optional<Evaluation> serving) {
        if (policy.policy() == Policy.NEVER) {
            return new Verdict(false, "policy 'never' leaves the promotion to people");
        }
        if (candidate.sampleCount() == 0) {
            return judgeUnmeasured(policy);
        }
        if (candidate.accuracy() < policy.minimumAccuracy()) {
            return new Verdict(false, measured(candidate) + " (expected: at least " + policy.minimumAccuracy() + ")");
        }
        if (policy.policy() == Policy.ALWAYS) {
            return new Verdict(true, measured(candidate) + "; policy 'always' compares with nothing");
        }
        if (serving.isEmpty()) {
            return new Verdict(true, measured(candidate) + "; no version served before");
        }
        return compare(candidate, serving.get());
    }

    private static Verdict judgeUnmeasured(PromotionPolicy policy) {
        if (policy.policy() == Policy.ALWAYS && policy.minimumAccuracy() == 0) {
            return new Verdict(true, "there are no validation samples; policy 'always' asks for none");
        }
        return new Verdict(false, "there are no validation samples to measure the accuracy on (expected: at least 1)");
    }

    private static Verdict compare(Evaluation candidate, Evaluation serving) {
        if (candidate.sampleCount() != serving.sampleCount()) {
            throw new IllegalArgumentException("versions are evaluated on " + candidate.sampleCount() + " and "
                    + serving.sampleCount() + " samples (expected: the same)");
        }
        int accuracy = Double.compare(candidate.accuracy(), serving.accuracy());
        if (accuracy != 0) {
            return new Verdict(accuracy > 0, measured(candidate) + (accuracy > 0 ? ", above the " : ", below the ")
                    + number(serving.accuracy()) + " of the serving version");
        }
        boolean lower = candidate.loss() < serving.loss();
        return new Verdict(lower, measured(candidate) + ", as the serving version's; loss " + number(candidate.loss())
                + (lower ? " is below its " : " is not below its ") + number(serving.loss()));
    }

    private static String measured(Evaluation evaluation) {
        return "accuracy " + number(evaluation.accuracy()) + " on " + evaluation.sampleCount() + " validation samples";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
