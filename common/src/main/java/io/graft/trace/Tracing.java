package io.graft.trace;

import java.util.List;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;

/**
 * Begins the spans of a service. Switched off, it begins none and allocates nothing, and the trace that a record names goes on
 * to what is made of the record.
 * <p>
 * Names and attributes of spans of records are those of OpenTelemetry's
 * <a href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/">messaging conventions</a>.
 */
public final class Tracing {

    /** Traces nothing. */
    public static final Tracing OFF = new Tracing(OpenTelemetry.noop(), false);

    private static final String ERROR_TYPE = "error.type";
    private static final String SCOPE = "io.graft";

    private final Tracer tracer;
    private final boolean on;

    private Tracing(OpenTelemetry telemetry, boolean on) {
        this.tracer = telemetry.getTracer(SCOPE);
        this.on = on;
    }

    /** Traces, as far as the sampler wants it. */
    public static Tracing to(OpenTelemetry telemetry) {
        return new Tracing(telemetry, true);
    }

    public boolean isOn() {
        return on;
    }

    /** Begins a step within the current one of this thread. */
    public Step begin(String name) {
        return on ? Step.of(tracer.spanBuilder(name).startSpan()) : Step.NONE;
    }

    /** Says that what a span is of has failed, with the code of the problem. */
    public static void fail(Span span, String code) {
        span.setStatus(StatusCode.ERROR).setAttribute(ERROR_TYPE, code);
    }

    /** A span to be built by hand, as one of something that is over. */
    public SpanBuilder span(String name, Context parent) {
        return tracer.spanBuilder(name).setParent(parent);
    }

    /** Begins the work on a record, in the trace that the record names; where it names none, in a new one. */
    public Step process(ConsumerRecord<?, ?> record) {
        if (!on && !RecordTrace.isIn(record.headers())) {
            return Step.NONE;
        }
        return Step.of(processing(record.topic(), RecordTrace.of(record.headers()))
                .setAttribute("messaging.destination.partition.id", Integer.toString(record.partition()))
                .setAttribute("messaging.kafka.offset", record.offset()).startSpan());
    }

    /** Begins the work on a batch of records: a trace of its own, linked with those that the records name. */
    public Step process(List<? extends ConsumerRecord<?, ?>> batch) {
        if (!on || batch.isEmpty()) {
            return Step.NONE;
        }
        SpanBuilder span = processing(batch.get(0).topic(), Context.root())
                .setAttribute("messaging.batch.message_count", batch.size());
        for (ConsumerRecord<?, ?> record : batch) {
            SpanContext linked = Span.fromContext(RecordTrace.of(record.headers())).getSpanContext();
            if (linked.isValid()) {
                span.addLink(linked);
            }
        }
        return Step.of(span.startSpan());
    }

    /** A span, to be built by hand, of the work on records of a topic. */
    public SpanBuilder processing(String topic, Context parent) {
        return span("process " + topic, parent).setSpanKind(SpanKind.CONSUMER)
                .setAttribute("messaging.system", "kafka").setAttribute("messaging.operation.type", "process")
                .setAttribute("messaging.operation.name", "process").setAttribute("messaging.destination.name", topic);
    }
}
