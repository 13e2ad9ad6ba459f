package io.graft.inference.prediction;

/** Hears of every forward pass, on the worker's thread. */
interface BatchListener {

    void forwarded(int batchSize, long nanos);
}
