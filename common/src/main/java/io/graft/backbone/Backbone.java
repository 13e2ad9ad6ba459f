package io.graft.backbone;

import java.util.List;
import java.util.OptionalInt;

import io.graft.sample.SampleContent;

/**
 * A frozen, pre-trained encoder: content in, feature out.
 * <p>
 * Thread-safe; the workers that it opens are not. Preparing belongs on the caller's thread, embedding on a worker's.
 */
public interface Backbone extends AutoCloseable {

    BackboneDescriptor descriptor();

    /**
     * Decodes and preprocesses, in Java memory only.
     *
     * @return the input of {@link BackboneWorker#embed}, of a length that only this backbone knows
     * @throws io.graft.problem.Problem INVALID when the content is broken, too large or of a kind that this backbone does not
     *         embed
     */
    byte[] prepare(SampleContent content);

    /**
     * Decodes once and preprocesses the content itself and views of it. Only images have views.
     *
     * @return inputs of {@link BackboneWorker#embed}: the content's own first, then those of the views in their order
     * @throws io.graft.problem.Problem INVALID as of {@link #prepare(SampleContent)}
     */
    default List<byte[]> prepare(SampleContent content, List<View> views) {
        if (!views.isEmpty()) {
            throw new IllegalArgumentException("views are asked of " + content.kind() + " (expected: of an image)");
        }
        return List.of(prepare(content));
    }

    /** Whether its features are means over feature maps, so that a place of an image has a share in them. */
    default boolean hasMaps() {
        return false;
    }

    /** Whether a version may have last blocks of its own. */
    default boolean hasTails() {
        return false;
    }

    /**
     * An input that shows noise, drawn from a seed by {@link java.util.Random}: the same everywhere. Only where there are
     * tails.
     */
    default byte[] noise(long seed) {
        throw new IllegalStateException("backbone '" + descriptor().id() + "' has no tails");
    }

    /**
     * Prepares an image as {@link #prepare(SampleContent)} does, and says which part of it that shows. Only of backbones that
     * have maps.
     *
     * @param pictureSideMax of the image itself, made so small that its longer side has no more pixels; absent: without it
     * @throws io.graft.problem.Problem INVALID as of {@link #prepare(SampleContent)}
     */
    default Sight see(SampleContent content, OptionalInt pictureSideMax) {
        throw new IllegalStateException("backbone '" + descriptor().id() + "' has no maps");
    }

    /** Opens a worker for one thread; it owns one native buffer of {@code batchSizeMax} inputs until it is closed. */
    BackboneWorker openWorker(int batchSizeMax);

    @Override
    void close();
}
