package io.graft.backbone;

/**
 * How far a step of fine-tuning goes.
 *
 * @param momentum of both
 * @param tailRate learning rate of the blocks
 * @param tailPull how strongly the blocks are pulled to what they were before (L2-SP: Li et al., Explicit Inductive Bias for
 *        Transfer Learning with Convolutional Networks, 2018)
 * @param headRate learning rate of the head
 * @param headDecay L2 penalty of the head, as in torch's SGD
 */
public record TailRates(double momentum, double tailRate, double tailPull, double headRate, double headDecay) {

    float[] toNumbers() {
        return new float[] { (float) momentum, (float) tailRate, (float) tailPull, (float) headRate, (float) headDecay };
    }
}
