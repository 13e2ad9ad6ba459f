package io.graft.trainer.training;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

import io.graft.id.ModelVersion;
import io.graft.model.Evaluation;
import io.graft.model.Evaluation.LabelEvaluation;
import io.graft.model.PromotionPolicy;
import io.graft.model.PromotionPolicy.Policy;
import io.graft.model.Verdict;
import io.graft.model.Verdict.SignificanceTest;

/**
 * Decides whether a new version may serve. {@code if-better} asks for a better accuracy than that of the serving version on the
 * same validation samples, or for the same accuracy at a lower loss; with a significance, for a better accuracy that McNemar's
 * test does not take for chance.
 */
public final class PromotionGate {

    private static final int NAMED_COUNT_MAX = 5;

    private final PromotionPolicy policy;
    private final Measured candidate;
    /** The candidate on the samples that the serving version was measured on. */
    private final Measured compared;
    private final Optional<Serving> serving;
    private final Optional<String> incomparable;

    private PromotionGate(PromotionPolicy policy, Measured candidate, Optional<Serving> serving,
            Optional<String> incomparable) {
        this.policy = policy;
        this.candidate = candidate;
        this.compared = serving.flatMap(Serving::subset).map(Subset::candidate).orElse(candidate);
        this.serving = serving;
        this.incomparable = incomparable;
    }

    /**
     * The version that serves.
     *
     * @param labels that it knows
     * @param measured on the candidate's validation samples
     * @param subset of these samples that it was measured on; absent: all
     */
    public record Serving(ModelVersion version, List<String> labels, Measured measured, Optional<Subset> subset) {
        public Serving {
            labels = List.copyOf(labels);
        }
    }

    /**
     * Some of the candidate's validation samples.
     *
     * @param candidate measured on these
     * @param leftOut why the others are not among them, as in {@code they have no features of backbone 'resnet18'}
     */
    public record Subset(Measured candidate, String leftOut) {
    }

    /**
     * Compares, and says why.
     *
     * @param candidate the new version
     * @param serving empty when none serves
     */
    public static Verdict judge(PromotionPolicy policy, Measured candidate, Optional<Serving> serving) {
        return judge(policy, candidate, serving, Optional.empty());
    }

    /** Whether it depends on the serving version what the gate says of a candidate. */
    public static boolean compares(PromotionPolicy policy, Measured candidate) {
        return new PromotionGate(policy, candidate, Optional.empty(), Optional.empty()).judgeAlone().isEmpty();
    }

    /** Judges where a version serves that the candidate cannot be compared with: {@code if-better} refuses, and says why. */
    public static Verdict judgeIncomparable(PromotionPolicy policy, Measured candidate, String reason) {
        return judge(policy, candidate, Optional.empty(), Optional.of(reason));
    }

    /**
     * Lets a version with blocks of its own pass only where it is no worse than the head alone would be on the same validation
     * samples, of which there must be some: by accuracy, at the same accuracy by loss.
     *
     * @param verdict on the version as on any other
     */
    public static Verdict judgeBlocks(Verdict verdict, Measured candidate, Measured alone) {
        if (!verdict.promoted()) {
            return verdict;
        }
        if (candidate.evaluation().sampleCount() == 0) {
            return verdict.toRefused("there are no validation samples to measure trained blocks against the head alone on "
                    + "(expected: at least 1; depth 'head' needs none with policy 'always')");
        }
        double gain = candidate.evaluation().accuracy() - alone.evaluation().accuracy();
        boolean worse = gain < 0 || (gain == 0 && candidate.evaluation().loss() > alone.evaluation().loss());
        if (!worse) {
            return verdict;
        }
        return verdict.toRefused("accuracy " + number(candidate.evaluation().accuracy()) + " and loss "
                + number(candidate.evaluation().loss()) + " with trained blocks are worse than the "
                + number(alone.evaluation().accuracy()) + " and " + number(alone.evaluation().loss())
                + " of the head alone (expected: no worse; depth 'head' gives that head)");
    }

    private static Verdict judge(PromotionPolicy policy, Measured candidate, Optional<Serving> serving,
            Optional<String> incomparable) {
        PromotionGate gate = new PromotionGate(policy, candidate, serving, incomparable);
        int comparedCount = gate.compared.evaluation().sampleCount();
        serving.map(version -> version.measured.evaluation().sampleCount()).ifPresent(count -> {
            if (count != comparedCount) {
                throw new IllegalArgumentException(
                        "versions are evaluated on " + comparedCount + " and " + count + " samples (expected: the same)");
            }
        });
        return gate.judge();
    }

    private Verdict judge() {
        return judgeAlone().orElseGet(() -> incomparable
                .map(reason -> verdict(false, measured(candidate) + "; " + reason
                        + " (expected: a version to compare with; policy 'always' promotes without one)"))
                .or(() -> serving.map(this::compare))
                .orElseGet(() -> verdict(true, measured(candidate) + "; no version served before")));
    }

    /** What no serving version changes. */
    private Optional<Verdict> judgeAlone() {
        Evaluation evaluation = candidate.evaluation();
        if (policy.policy() == Policy.NEVER) {
            return Optional.of(verdict(false, "policy 'never' leaves the promotion to people"));
        }
        if (evaluation.sampleCount() == 0) {
            return Optional.of(judgeUnmeasured());
        }
        if (evaluation.accuracy() < policy.minimumAccuracy()) {
            return Optional.of(
                    verdict(false, measured(candidate) + " (expected: at least " + policy.minimumAccuracy() + ")"));
        }
        Optional<LabelEvaluation> low = evaluation.labels().stream()
                .filter(label -> label.recall() < policy.minimumLabelRecall()).findFirst();
        if (low.isPresent()) {
            return Optional.of(verdict(false, "label '" + low.get().label() + "' has recall " + number(low.get().recall())
                    + " on " + low.get().sampleCount() + " validation samples (expected: at least "
                    + policy.minimumLabelRecall() + ")"));
        }
        return policy.policy() == Policy.ALWAYS
                ? Optional.of(verdict(true, measured(candidate) + "; policy 'always' compares with nothing"))
                : Optional.empty();
    }

    private Verdict judgeUnmeasured() {
        if (policy.policy() == Policy.ALWAYS && policy.minimumAccuracy() == 0 && policy.minimumLabelRecall() == 0) {
            return verdict(true, "there are no validation samples; policy 'always' asks for none");
        }
        return verdict(false, "there are no validation samples to measure the accuracy on (expected: at least 1)");
    }

    private Verdict compare(Serving other) {
        double gain = compared.evaluation().accuracy() - other.measured.evaluation().accuracy();
        if (gain == 0 && policy.significance().isEmpty()) {
            return compareLosses(other);
        }
        String reason = measured(compared) + (gain == 0 ? ", as version " + other.version + "'s"
                : ", " + number(Math.abs(gain)) + (gain > 0 ? " above the " : " below the ")
                        + number(other.measured.evaluation().accuracy()) + " of version " + other.version);
        if (policy.significance().isEmpty()) {
            return verdict(gain > 0, reason + remarks(other));
        }
        SignificanceTest test = test(other);
        double level = policy.significance().get();
        boolean promoted = gain > 0 && test.pValue() < level;
        return verdict(promoted, reason + "; only the new version is right on " + test.onlyCandidateRight()
                + " samples, only the serving one on " + test.onlyServingRight() + ": McNemar's p is " + number(test.pValue())
                + (promoted ? ", below " + level : " (expected: better, with p below " + level + ")") + remarks(other));
    }

    private Verdict compareLosses(Serving other) {
        double loss = compared.evaluation().loss();
        double servingLoss = other.measured.evaluation().loss();
        boolean lower = loss < servingLoss;
        return verdict(lower, measured(compared) + ", as version " + other.version + "'s; loss " + number(loss)
                + (lower ? " is below its " : " is not below its ") + number(servingLoss) + remarks(other));
    }

    private SignificanceTest test(Serving other) {
        BitSet mine = (BitSet) compared.right().clone();
        mine.andNot(other.measured.right());
        BitSet its = (BitSet) other.measured.right().clone();
        its.andNot(compared.right());
        return new SignificanceTest(mine.cardinality(), its.cardinality(),
                Shares.mcNemar(mine.cardinality(), its.cardinality()));
    }

    /** What the comparison does not say by its numbers. */
    private String remarks(Serving other) {
        return unknownLabels(other) + other.subset.map(subset -> "; "
                + (candidate.evaluation().sampleCount() - compared.evaluation().sampleCount()) + " of "
                + candidate.evaluation().sampleCount() + " validation samples are left out: " + subset.leftOut)
                .orElse("");
    }

    /** Labels were added since: the serving version cannot but answer their samples wrong. */
    private String unknownLabels(Serving other) {
        List<LabelEvaluation> unknown = compared.evaluation().labels().stream()
                .filter(label -> label.sampleCount() > 0 && !other.labels.contains(label.label())).toList();
        if (unknown.isEmpty()) {
            return "";
        }
        String names = unknown.stream().limit(NAMED_COUNT_MAX).map(label -> "'" + label.label() + "'")
                .collect(Collectors.joining(", "));
        int unnamed = unknown.size() - NAMED_COUNT_MAX;
        return "; " + unknown.stream().mapToInt(LabelEvaluation::sampleCount).sum() + " of "
                + compared.evaluation().sampleCount() + " validation samples have a label that version " + other.version
                + " does not know (" + names + (unnamed > 0 ? " and " + unnamed + " more" : "")
                + "): its answers to them count as wrong";
    }

    private Verdict verdict(boolean promoted, String reason) {
        Evaluation evaluation = compared.evaluation();
        boolean hasSamples = evaluation.sampleCount() > 0;
        Optional<Evaluation> other = serving.filter(version -> hasSamples).map(version -> version.measured.evaluation());
        return new Verdict(promoted, reason, evaluation.sampleCount(),
                hasSamples ? Optional.of(evaluation.accuracy()) : Optional.empty(),
                hasSamples ? Optional.of(evaluation.loss()) : Optional.empty(), serving.map(Serving::version),
                other.map(Evaluation::accuracy), other.map(Evaluation::loss),
                hasSamples && policy.significance().isPresent() ? serving.map(this::test) : Optional.empty());
    }

    private static String measured(Measured version) {
        return "accuracy " + number(version.evaluation().accuracy()) + " on " + version.evaluation().sampleCount()
                + " validation samples";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
