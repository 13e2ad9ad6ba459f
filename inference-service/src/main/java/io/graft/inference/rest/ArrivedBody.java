package io.graft.inference.rest;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

import org.jspecify.annotations.Nullable;

import io.vertx.ext.web.RoutingContext;

/** The whole body of a call, and when its last byte came. */
final class ArrivedBody {

    private static final String KEY = ArrivedBody.class.getName();

    private final byte[] bytes;
    private final long atNanos = System.nanoTime();

    /** Of a body that ends now; keeps the array. */
    ArrivedBody(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Of a call that came through {@link BodyFilter}; any other one has an empty body, of now. */
    static ArrivedBody of(RoutingContext context) {
        @Nullable
        ArrivedBody arrived = context.get(KEY);
        return arrived == null ? new ArrivedBody(new byte[0]) : arrived;
    }

    void keep(RoutingContext context) {
        context.put(KEY, this);
    }

    /** The array itself, for one reader. */
    byte[] bytes() {
        return bytes;
    }

    InputStream stream() {
        return new ByteArrayInputStream(bytes);
    }

    /** In the time of {@link System#nanoTime()}. */
    long atNanos() {
        return atNanos;
    }
}
