package io.graft.inference.prediction;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.graft.trace.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;

/**
 * What traces show of a batcher. An input's trace has two spans of it: {@code queue}, until a worker took it, and
 * {@code embed}, the pass. Many traces share a pass, so each has an {@code embed} of its own with the same begin and end; all
 * but the first are linked to the first. They are built once the pass is over.
 */
final class PassTraces {

    private final Tracing tracing;
    private final String backbone;
    private final BatchListener listener;

    /** @param listener hears of each pass within the trace of its first traced input, so that its metrics can name it */
    PassTraces(Tracing tracing, String backbone, BatchListener listener) {
        this.tracing = tracing;
        this.backbone = backbone;
        this.listener = listener;
    }

    /** An input of a batch. */
    interface Traced {

        /** Absent where its trace is not recorded. */
        @Nullable
        Entry trace();
    }

    /** The step that an input belongs to, and when it entered the queue, in nanoseconds of the system's clock. */
    record Entry(Context parent, long atNanos) {
    }

    /** Called on the thread that hands an input over. */
    @Nullable
    Entry enter() {
        if (!tracing.isOn()) {
            return null;
        }
        Context parent = Context.current();
        return Span.fromContext(parent).getSpanContext().isSampled() ? new Entry(parent, clockNanos()) : null;
    }

    /** A pass is over. */
    void forwarded(List<? extends Traced> batch, long tookNanos) {
        Span first = tracing.isOn() ? record(batch, tookNanos, false) : Span.getInvalid();
        if (!first.getSpanContext().isValid()) {
            listener.forwarded(batch.size(), tookNanos);
            return;
        }
        Context.current().with(first).wrap(() -> listener.forwarded(batch.size(), tookNanos)).run();
    }

    /** A pass has failed: its listener does not hear of it. */
    void failed(List<? extends Traced> batch, long tookNanos) {
        if (tracing.isOn()) {
            record(batch, tookNanos, true);
        }
    }

    /** Returns the pass in the first recorded trace, or an invalid span. */
    private Span record(List<? extends Traced> batch, long tookNanos, boolean failed) {
        long endNanos = clockNanos();
        long beginNanos = endNanos - tookNanos;
        Span first = Span.getInvalid();
        for (Traced input : batch) {
            Entry entry = input.trace();
            if (entry == null) {
                continue;
            }
            tracing.span("queue", entry.parent).setStartTimestamp(entry.atNanos, TimeUnit.NANOSECONDS).startSpan()
                    .end(beginNanos, TimeUnit.NANOSECONDS);
            SpanBuilder builder = tracing.span("embed", entry.parent).setStartTimestamp(beginNanos, TimeUnit.NANOSECONDS)
                    .setAttribute("graft.backbone", backbone).setAttribute("graft.batch.size", batch.size());
            if (first.getSpanContext().isValid()) {
                builder.addLink(first.getSpanContext());
            }
            Span pass = builder.startSpan();
            if (failed) {
                pass.setStatus(StatusCode.ERROR);
            }
            pass.end(endNanos, TimeUnit.NANOSECONDS);
            first = first.getSpanContext().isValid() ? first : pass;
        }
        return first;
    }

    private static long clockNanos() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }
}
