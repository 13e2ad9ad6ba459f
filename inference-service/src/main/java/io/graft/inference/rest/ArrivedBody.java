package io.graft.inference.rest;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.vertx.ext.web.RoutingContext;

/** The whole body of a call, and when its last byte came. */
final class ArrivedBody {

    private static final String KEY = ArrivedBody.class.getName();

    private final byte[] bytes;
    private final int count;
    private final long atNanos;

    /** Of which the first bytes are the body's. */
    ArrivedBody(byte[] bytes, int count) {
        this.bytes = bytes;
        this.count = count;
        this.atNanos = System.nanoTime();
    }

    /** Of a call that has one only once it has arrived; until then, and of a call without a body, it is empty and of now. */
    static ArrivedBody of(RoutingContext context) {
        @Nullable
        ArrivedBody arrived = context.get(KEY);
        return arrived == null ? new ArrivedBody(new byte[0], 0) : arrived;
    }

    void keep(RoutingContext context) {
        context.put(KEY, this);
    }

    /** Whoever takes them has them for himself. */
    byte[] bytes() {
        return bytes.length == count ? bytes : Arrays.copyOf(bytes, count);
    }

    InputStream stream() {
        return new ByteArrayInputStream(bytes, 0, count);
    }

    /** In the time of {@link System#nanoTime()}. */
    long atNanos() {
        return atNanos;
    }
}
