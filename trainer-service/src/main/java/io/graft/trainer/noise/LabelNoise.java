package io.graft.trainer.noise;

import java.util.List;

import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

/**
 * The samples of a task whose labels fit their features least.
 *
 * @param judgedCount samples that a head could judge: fewer than all only where a label has so few samples that the others'
 *        heads know one label
 * @param foldCount parts that the samples were judged in, each by a head that was trained on the others
 * @param likelyWrongCount samples whose label is likely wrong, of all
 * @param samples those with the lowest probability of their own label, the lowest first
 */
public record LabelNoise(TaskId task, int sampleCount, int judgedCount, int foldCount, int likelyWrongCount,
        List<SuspectSample> samples) {

    public static final int TOP_DEFAULT = 100;
    public static final int TOP_MAX = 10_000;

    public LabelNoise {
        samples = List.copyOf(samples);
    }

    /**
     * One sample.
     *
     * @param probability of its label, by a head that had not seen it
     * @param suggestedLabel the one that it likely has instead; where its label is not likely wrong, the likeliest other
     * @param isLikelyWrong whether confident learning counts its label as wrong
     */
    public record SuspectSample(SampleId sampleId, String label, double probability, String suggestedLabel,
            double suggestedProbability, boolean isLikelyWrong) {
    }

    /** @throws Problem INVALID unless it is 1 to {@value #TOP_MAX} */
    static int requireTop(int top) {
        if (top < 1 || top > TOP_MAX) {
            throw Problem.invalid("TOP_INVALID", "top is " + top + " (expected: 1 to " + TOP_MAX + ")");
        }
        return top;
    }
}
