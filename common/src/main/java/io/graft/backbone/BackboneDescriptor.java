package io.graft.backbone;

import io.graft.id.BackboneId;

/**
 * What identifies a backbone's features.
 *
 * @param id its name in requests and events
 * @param sha256 digest over architecture, weights and preprocessing, 64 hex digits: features of different digests never mix
 * @param dimension numbers in a feature
 * @param architecture {@code resnet18}, …, {@code minilm-l6-v2}, or {@code identity}
 * @param precision what the forward pass computes in: {@code float32}, {@code bfloat16} or {@code float16}
 * @param device where it runs: {@code cpu} or {@code gpu}
 */
public record BackboneDescriptor(BackboneId id, String sha256, int dimension, String architecture, String precision,
        String device) {

    private static final int CPU_BATCH_SIZE = 8;
    private static final int GPU_BATCH_SIZE = 64;

    /** Inputs in a forward pass where nobody says otherwise: a GPU is busy only with many. */
    public int usualBatchSize() {
        return onGpu() ? GPU_BATCH_SIZE : CPU_BATCH_SIZE;
    }

    /** Threads that run forward passes where nobody says otherwise: one on each core, or one that feeds the GPU. */
    public int usualWorkerCount() {
        return onGpu() ? 1 : Runtime.getRuntime().availableProcessors();
    }

    /** What it embeds, in the words of {@link io.graft.sample.SampleContent#kind()}; a vector passes through as it is. */
    public String contentKind() {
        return switch (architecture) {
            case VectorBackbone.ARCHITECTURE -> "vector";
            case TextBackbone.ARCHITECTURE -> "text";
            default -> "image";
        };
    }

    /** Whether a pass leaves the cores to others. */
    public boolean onGpu() {
        return device.equals("gpu");
    }
}
