package io.graft.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;

/**
 * The trace that a record belongs to, in its headers {@code traceparent} and {@code tracestate}, as
 * <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a> has them.
 */
public final class RecordTrace {

    private static final String TRACEPARENT = "traceparent";
    private static final TextMapPropagator W3C = W3CTraceContextPropagator.getInstance();

    private RecordTrace() {
    }

    /** The trace that headers name; the root where they name none, or name it wrongly. */
    public static Context of(Headers headers) {
        return headers.lastHeader(TRACEPARENT) == null ? Context.root()
                : W3C.extract(Context.root(), headers, HeaderGetter.INSTANCE);
    }

    /** Whether headers name a trace, be it rightly or wrongly. */
    public static boolean isIn(Headers headers) {
        return headers.lastHeader(TRACEPARENT) != null;
    }

    /** Writes the current trace into a record, in place of another one; without a trace the record stays as it is. */
    public static void write(ProducerRecord<byte[], byte[]> record) {
        write(Context.current(), record);
    }

    /** Writes a trace into a record, in place of another one; the root leaves the record as it is. */
    public static void write(Context trace, ProducerRecord<byte[], byte[]> record) {
        W3C.inject(trace, record.headers(), RecordTrace::put);
    }

    private static void put(@Nullable Headers headers, String name, String value) {
        if (headers != null) {
            headers.remove(name);
            headers.add(name, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    private enum HeaderGetter implements TextMapGetter<Headers> {
        INSTANCE;

        @Override
        public Iterable<String> keys(Headers headers) {
            return Arrays.stream(headers.toArray()).map(Header::key).toList();
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String name) {
            Header header = headers == null ? null : headers.lastHeader(name);
            return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
        }
    }
}
