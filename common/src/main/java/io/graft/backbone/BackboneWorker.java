package io.graft.backbone;

import java.util.List;
import java.util.Optional;

import io.graft.tail.Tail;

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

    /**
     * A forward pass in which inputs may go through the last blocks of a version instead of the backbone's own; what comes
     * before these is computed once for all. Only of backbones that have tails.
     *
     * @param inputs as of {@link #embed}
     * @param tails of the inputs, in their order; absent: the backbone's own last blocks
     * @param chosen as of {@link #embedWithMaps}; may be none
     * @throws io.graft.problem.Problem INVALID {@code TAIL_INVALID} when a tail is not one of this backbone
     */
    default MappedFeatures embedWithTails(List<byte[]> inputs, List<Optional<Tail>> tails, int... chosen) {
        throw new IllegalStateException("this backbone has no tails");
    }

    @Override
    void close();
}
