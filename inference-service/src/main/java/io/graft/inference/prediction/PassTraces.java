package io.graft.inference.prediction;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.graft.trace.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
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

    /** The step that an input belongs to, and when it entered the queue. */
    record Entry(Context parent, Instant at) {
    }

    /** Called on the thread that hands an input over. */
    @Nullable
    Entry enter() {
        if (!tracing.isOn()) {
            return null;
        }
        Context parent = Context.current();
        return Span.fromContext(parent).getSpanContext().isSampled() ? new Entry(parent, Instant.now()) : null;
    }

    /** A pass is over. */
    void forwarded(List<? extends Traced> batch, long tookNanos) {
        Span first = tracing.isOn() ? record(batch, tookNanos, Optional.empty()) : Span.getInvalid();
        if (!first.getSpanContext().isValid()) {
            listener.forwarded(batch.size(), tookNanos);
            return;
        }
        Context.current().with(first).wrap(() -> listener.forwarded(batch.size(), tookNanos)).run();
    }

    /** A pass has failed, with the code of the problem: its listener does not hear of it. */
    void failed(List<? extends Traced> batch, long tookNanos, String code) {
        if (tracing.isOn()) {
            record(batch, tookNanos, Optional.of(code));
        }
    }

    /** Returns the pass in the first recorded trace, or an invalid span. */
    private Span record(List<? extends Traced> batch, long tookNanos, Optional<String> failure) {
        Instant end = Instant.now();
        Instant begin = end.minusNanos(tookNanos);
        Span first = Span.getInvalid();
        for (Traced input : batch) {
            Entry entry = input.trace();
            if (entry == null) {
                continue;
            }
            tracing.span("queue", entry.parent).setStartTimestamp(entry.at).startSpan().end(begin);
            SpanBuilder builder = tracing.span("embed", entry.parent).setStartTimestamp(begin)
                    .setAttribute("graft.backbone", backbone).setAttribute("graft.batch.size", batch.size());
            if (first.getSpanContext().isValid()) {
                builder.addLink(first.getSpanContext());
            }
            Span pass = builder.startSpan();
            failure.ifPresent(code -> Tracing.fail(pass, code));
            pass.end(end);
            first = first.getSpanContext().isValid() ? first : pass;
        }
        return first;
    }
}
