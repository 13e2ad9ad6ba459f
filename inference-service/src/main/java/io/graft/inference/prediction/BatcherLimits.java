package io.graft.inference.prediction;

/**
 * How a backbone is shared.
 *
 * @param workerCount threads that run forward passes; as many as cores, on a GPU one
 * @param batchSizeMax inputs in a pass
 * @param queueCapacity requests that may wait
 */
record BatcherLimits(int workerCount, int batchSizeMax, int queueCapacity) {
}
