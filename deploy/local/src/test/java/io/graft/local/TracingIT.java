package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.id.TaskId;
import io.graft.testing.Ports;
import io.graft.testing.ReceivedSpan;
import io.graft.testing.SpanCollector;

/** One trace through both services, switched on as the page on operations says. */
class TracingIT {

    private static final String TRACE = "7bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SENDERS_SPAN = "00f067aa0ba902b7";

    @Test
    void goesFromATrainRequestToTheSwap(@TempDir Path folder) throws Exception {
        // Given
        TaskId task = new TaskId("followed");
        int port = Ports.free();
        try (SpanCollector collector = SpanCollector.start(port);
                LocalStack stack = LocalStack.start(folder, StackPorts.free(), SpanCollector.configuration(port));
                StackClient client = new StackClient(stack)) {
            client.sendVectors(task, 40, false);

            // When
            client.send("train-requests", task.value(), "{}".getBytes(StandardCharsets.UTF_8),
                    Map.of("traceparent", "00-" + TRACE + "-" + SENDERS_SPAN + "-01"));
            client.awaitServing(task, 1);

            // Then
            StackClient.until("the collector has the swap", () -> swap(collector).isPresent());
            StackClient.until("the collector has the run", () -> path(collector).size() == 4);
            List<ReceivedSpan> path = path(collector);
            assertThat(path).extracting(ReceivedSpan::service).containsExactly("inference-service", "inference-service",
                    "graft-trainer", "graft-trainer");
            assertThat(path).extracting(ReceivedSpan::name).contains("swap", "process training-queue",
                    "process train-requests");
            assertThat(path.get(1).name()).isIn("process model-ready", "process promotions");
            assertThat(path.get(3).parentSpanId()).isEqualTo(SENDERS_SPAN);
            assertThat(Files.readString(stack.trainer().log())).contains(" traceId=" + TRACE + " Training run succeeded");
        }
    }

    private static Optional<ReceivedSpan> swap(SpanCollector collector) {
        return collector.trace(TRACE).stream().filter(span -> span.name().equals("swap")).findFirst();
    }

    /** The swap, and what led to it. */
    private static List<ReceivedSpan> path(SpanCollector collector) {
        List<ReceivedSpan> path = new ArrayList<>();
        Optional<ReceivedSpan> next = swap(collector);
        while (next.isPresent()) {
            path.add(next.get());
            String parent = next.get().parentSpanId();
            next = collector.trace(TRACE).stream().filter(span -> span.spanId().equals(parent)).findFirst();
        }
        return path;
    }
}
