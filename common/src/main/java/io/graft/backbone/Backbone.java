package io.graft.backbone;

import java.util.List;

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

    /** Opens a worker for one thread; it owns one native buffer of {@code batchSizeMax} inputs until it is closed. */
    BackboneWorker openWorker(int batchSizeMax);

    @Override
    void close();
}
