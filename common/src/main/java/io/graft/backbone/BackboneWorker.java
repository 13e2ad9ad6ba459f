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

    /**
     * The same forward pass, which also gives the last feature maps of some inputs. Only of backbones that have maps.
     *
     * @param inputs as of {@link #embed}
     * @param chosen places of inputs whose maps are wanted, 0 up to but not inputs, at least one
     */
    default MappedFeatures embedWithMaps(List<byte[]> inputs, int... chosen) {
        throw new IllegalStateException("this backbone has no maps");
    }

    @Override
    void close();
}
