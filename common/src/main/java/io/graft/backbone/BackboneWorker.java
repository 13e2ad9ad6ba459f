package io.graft.backbone;

import java.util.List;

/** One thread's hold on a backbone. Not thread-safe. */
public interface BackboneWorker extends AutoCloseable {

    /**
     * One forward pass over a batch.
     *
     * @param inputs 1 to {@code batchSizeMax} prepared inputs
     * @return features, [inputs, dimension]
     */
    float[][] embed(List<byte[]> inputs);

    @Override
    void close();
}
