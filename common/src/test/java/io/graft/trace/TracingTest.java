package io.graft.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.StreamSupport;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.sun.management.ThreadMXBean;

class TracingTest {

    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static ConsumerRecord<byte[], byte[]> record(String... traceparents) {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("requests", 0, 7, new byte[0], new byte[0]);
        for (String traceparent : traceparents) {
            record.headers().add("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }

    private static ProducerRecord<byte[], byte[]> answer() {
        return new ProducerRecord<>("answers", new byte[0]);
    }

    private static List<String> traceparents(ProducerRecord<byte[], byte[]> record) {
        return StreamSupport.stream(record.headers().headers("traceparent").spliterator(), false).map(Header::value)
                .map(value -> new String(value, StandardCharsets.UTF_8)).toList();
    }

    @Test
    void allocatesNothingWhileItIsOff() {
        // Given
        ConsumerRecord<byte[], byte[]> record = record();
        work(record);

        // When
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1_000; i++) {
            work(record);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        // Then
        assertThat(allocated).isLessThan(1_000);
    }

    private static void work(ConsumerRecord<byte[], byte[]> record) {
        Step process = Tracing.OFF.process(record);
        Step step = Tracing.OFF.begin("predict").set("graft.task", "birds").set("graft.version", 3);
        step.fail("BROKEN");
        step.close();
        process.close();
    }

    @Test
    void handsATraceOnWhileItIsOff() {
        // Given
        ProducerRecord<byte[], byte[]> answer = answer();
        answer.headers().add("traceparent", new byte[0]);

        // When
        try (Step step = Tracing.OFF.process(record(TRACEPARENT))) {
            step.set("graft.task", "birds");
            RecordTrace.write(answer);
        }

        // Then
        assertThat(traceparents(answer)).containsExactly(TRACEPARENT);
    }

    @Test
    void addsNoTraceToARecordThatHasNone() {
        // Given
        ProducerRecord<byte[], byte[]> answer = answer();

        // When
        try (Step step = Tracing.OFF.process(record())) {
            step.set("graft.task", "birds");
            RecordTrace.write(answer);
        }

        // Then
        assertThat(traceparents(answer)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "00", "00-0-0-01", "zz-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "\u0000\uffff" })
    void passesOverATraceThatIsNotValid(String traceparent) {
        // Given
        ProducerRecord<byte[], byte[]> answer = answer();

        // When
        try (Step step = Tracing.OFF.process(record(traceparent))) {
            step.set("graft.task", "birds");
            RecordTrace.write(answer);
        }

        // Then
        assertThat(traceparents(answer)).isEmpty();
    }
}
