package io.graft.backbone;

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

    /** Opens a worker for one thread; it owns one native buffer of {@code batchSizeMax} inputs until it is closed. */
    BackboneWorker openWorker(int batchSizeMax);

    @Override
    void close();
}
