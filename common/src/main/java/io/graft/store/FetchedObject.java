package io.graft.store;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** What came of an object: nothing, where it is larger or smaller than it should be. */
final class FetchedObject {

    private static final int CHUNK_BYTES = 1 << 16;

    private final long sizeBytes;
    private final byte[] bytes;

    private FetchedObject(long sizeBytes, byte[] bytes) {
        this.sizeBytes = sizeBytes;
        this.bytes = bytes;
    }

    /** Reads an answer. @throws EOFException when it is cut off */
    static FetchedObject read(GetObjectResponse response, AbortableInputStream body, long sizeBytes) throws IOException {
        Long foundBytes = response.contentLength();
        if (foundBytes != null && foundBytes != sizeBytes) {
            body.abort();
            return new FetchedObject(foundBytes, new byte[0]);
        }
        byte[] bytes = new byte[(int) sizeBytes];
        int count = read(body, bytes);
        if (foundBytes != null && count < sizeBytes) {
            // Another answer has the rest: the object is as large as it should be.
            throw new EOFException("answer ends after " + count + " of " + sizeBytes + " bytes");
        }
        return new FetchedObject(count, bytes);
    }

    /** Ends with the time limit, which interrupts, also where a byte comes now and then. */
    private static int read(InputStream body, byte[] bytes) throws IOException {
        int count = 0;
        while (count < bytes.length) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("object not read within the time limit");
            }
            int length = body.read(bytes, count, Math.min(CHUNK_BYTES, bytes.length - count));
            if (length < 0) {
                return count;
            }
            count += length;
        }
        return count;
    }

    /** Of the object in the store. */
    long sizeBytes() {
        return sizeBytes;
    }

    byte[] bytes() {
        return bytes;
    }
}
