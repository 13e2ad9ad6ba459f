package io.graft.store;

import java.net.URI;

import io.graft.problem.Problem;

/** Keeps files under their digest, for what does not fit a message. Thread-safe. */
public interface ObjectStore extends AutoCloseable {

    /**
     * Stores a file, unless it is there already.
     *
     * @param name 1 to 200 letters, digits, dots, hyphens and underscores, the first one a letter or a digit; the same bytes
     *        under another name are another object
     * @return where others find it
     * @throws Problem INVALID {@code OBJECT_NAME_INVALID}; BUSY {@code OBJECT_STORE_BUSY} when the store does not answer;
     *         BROKEN
     *         {@code OBJECT_STORE_BROKEN} when it refuses
     */
    URI put(String name, byte[] bytes);

    /**
     * Fetches a file, of which no more is read than it should have.
     *
     * @param uri that {@link #put} gave; others are refused before anybody is asked
     * @param sha256 64 hex digits
     * @param sizeBytes exactly; the caller bounds it
     * @throws Problem INVALID {@code OBJECT_URI_FOREIGN} when the uri is not of this store, {@code OBJECT_DIGEST_WRONG} or
     *         {@code OBJECT_SIZE_WRONG} when the bytes are others; MISSING {@code OBJECT_MISSING} when it is not there; BUSY or
     *         BROKEN as {@link #put}
     */
    byte[] get(URI uri, String sha256, long sizeBytes);

    @Override
    void close();
}
