package io.graft.inference.serving;

import java.time.Instant;

import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.trace.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;

/**
 * Shows a swap in the current trace, which is that of the record that made it possible; what else hears of the swap hears of it
 * within its span.
 */
final class SwapTraces implements ServingListener {

    private final Tracing tracing;
    private final ServingListener listener;

    SwapTraces(Tracing tracing, ServingListener listener) {
        this.tracing = tracing;
        this.listener = listener;
    }

    @Override
    public void swapped(Swap swap) {
        if (!tracing.isOn() || !swap.live()) {
            listener.swapped(swap);
            return;
        }
        Span span = tracing.span("swap", Context.current()).setStartTimestamp(Instant.now().minus(swap.duration()))
                .setAttribute("graft.task", swap.promotion().task().value())
                .setAttribute("graft.version", swap.promotion().version().number()).startSpan();
        Context.current().with(span).wrap(() -> listener.swapped(swap)).run();
        span.end();
    }

    @Override
    public void refused(TaskId task) {
        listener.refused(task);
    }

    @Override
    public void cast(TaskId task, Roles roles) {
        listener.cast(task, roles);
    }

    @Override
    public void rejected(Rejection reason) {
        listener.rejected(reason);
    }

    @Override
    public void entered(TaskId task) {
        listener.entered(task);
    }

    @Override
    public void left(TaskId task) {
        listener.left(task);
    }

    @Override
    public void loaded(ModelKey model) {
        listener.loaded(model);
    }

    @Override
    public void servesNext(ModelKey model) {
        listener.servesNext(model);
    }

    @Override
    public void unloaded(ModelKey model) {
        listener.unloaded(model);
    }
}
