package io.graft.backbone;

import java.util.Arrays;

import io.graft.tail.Tail;

/** Blocks and head of a {@link TailFit} at one moment: a copy. */
public final class TailParameters {

    private final TailPlan plan;
    private final int labelCount;
    private final float[] numbers;

    /** @param numbers the blocks', then the head's weight and bias; kept: the caller gives the array away */
    TailParameters(TailPlan plan, int labelCount, float[] numbers) {
        this.plan = plan;
        this.labelCount = labelCount;
        this.numbers = numbers;
    }

    /** The blocks. */
    public Tail tail() {
        return Tail.decode(Tail.encode(plan.depth(), plan.tensors(numbers)));
    }

    /** Of the head, for standardized features: [labels, dimension], row-major. */
    public float[] weight() {
        return Arrays.copyOfRange(numbers, plan.length(), numbers.length - labelCount);
    }

    /** [labels]. */
    public float[] bias() {
        return Arrays.copyOfRange(numbers, numbers.length - labelCount, numbers.length);
    }
}
