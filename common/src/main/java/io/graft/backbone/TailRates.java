package io.graft.backbone;

/**
 * How far a step of fine-tuning goes.
 *
 * @param momentum of both
 * @param tailRate learning rate of the blocks
 * @param headRate learning rate of the head
 * @param headDecay L2 penalty of the head, as in torch's SGD
 */
public record TailRates(double momentum, double tailRate, double headRate, double headDecay) {

    float[] toNumbers() {
        return new float[] { (float) momentum, (float) tailRate, (float) headRate, (float) headDecay };
    }
}
