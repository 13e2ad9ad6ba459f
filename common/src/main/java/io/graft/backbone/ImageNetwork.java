package io.graft.backbone;

import java.util.List;
import java.util.Optional;

/** The arithmetic of a backbone for images, in native memory. Thread-safe: each thread has scopes of its own. */
interface ImageNetwork extends AutoCloseable {

    /** Numbers in a feature. */
    int dimension();

    /** Whether features are means over feature maps. */
    boolean hasMaps();

    /** For the values of one call. */
    TorchScope openScope();

    /**
     * Features [n, dimension], float32.
     *
     * @param images [n, crop, crop, 3], uint8
     */
    TorchValue embed(TorchScope scope, TorchValue images);

    /**
     * Features, and of some images the last feature maps [rows, dimension, h, w], float32. Only where there are maps.
     *
     * @param rows which images, [rows], int64
     */
    List<TorchValue> embedWithMaps(TorchScope scope, TorchValue images, TorchValue rows);

    /** The same network where its last blocks may be a version's own; empty where they may not. */
    default Optional<TailNetwork> tailed() {
        return Optional.empty();
    }

    @Override
    void close();
}
