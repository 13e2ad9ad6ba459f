package io.graft.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;

/**
 * A piece of work under way, as a span: the current one of its thread until it is closed, on that thread. What is said of it
 * is counted and named, never a content.
 */
public final class Step implements AutoCloseable {

    /** What is not traced. */
    public static final Step NONE = new Step(Span.getInvalid(), Scope.noop());

    private final Span span;
    private final Scope scope;

    private Step(Span span, Scope scope) {
        this.span = span;
        this.scope = scope;
    }

    @SuppressWarnings("MustBeClosedChecker") // closed with the step
    static Step of(Span span) {
        return new Step(span, span.makeCurrent());
    }

    public Step set(String name, String value) {
        span.setAttribute(name, value);
        return this;
    }

    public Step set(String name, long value) {
        span.setAttribute(name, value);
        return this;
    }

    /** Says that it failed, with the code of the problem. */
    public void fail(String code) {
        Tracing.fail(span, code);
    }

    @Override
    public void close() {
        scope.close();
        span.end();
    }
}
