package io.graft.inference.rest;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

import org.jspecify.annotations.Nullable;

import io.vertx.ext.web.RoutingContext;

/** The whole body of a call, and when its last byte came. */
final class ArrivedBody {

    private static final String KEY = ArrivedBody.class.getName();
    private static final byte[] NOTHING = new byte[0];

    private final BodyStream stream;
    private final long atNanos = System.nanoTime();

    /** Of a body that ends now; keeps the array. */
    ArrivedBody(byte[] bytes) {
        this.stream = new BodyStream(bytes);
    }

    /** Of a call that came through {@link BodyFilter}; any other one has an empty body, of now. */
    static ArrivedBody of(RoutingContext context) {
        @Nullable
        ArrivedBody arrived = context.get(KEY);
        return arrived == null ? new ArrivedBody(NOTHING) : arrived;
    }

    void keep(RoutingContext context) {
        context.put(KEY, this);
    }

    /** The array itself, for one reader. */
    byte[] bytes() {
        return stream.bytes();
    }

    InputStream stream() {
        return stream;
    }

    /** The call has ended: whatever still waits for a thread keeps nothing of its body. */
    void drop() {
        stream.drop();
    }

    /** In the time of {@link System#nanoTime()}. */
    long atNanos() {
        return atNanos;
    }

    /** Over an array that can be let go. */
    private static final class BodyStream extends ByteArrayInputStream {

        BodyStream(byte[] bytes) {
            super(bytes);
        }

        synchronized byte[] bytes() {
            return buf;
        }

        synchronized void drop() {
            buf = NOTHING;
            pos = 0;
            count = 0;
        }
    }
}
