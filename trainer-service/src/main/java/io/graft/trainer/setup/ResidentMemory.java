package io.graft.trainer.setup;

import java.io.IOException;
import java.util.OptionalLong;

import jakarta.inject.Singleton;

import io.graft.process.ProcessMemory;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** Shows the memory of the process, the engine's included, which no metric of the JVM does; no number where nobody tells it. */
@Singleton
public final class ResidentMemory implements MeterBinder {

    @Override
    public void bindTo(MeterRegistry registry) {
        long pid = ProcessHandle.current().pid();
        Gauge.builder("process.resident.memory", () -> bytes(pid)).baseUnit("bytes")
                .description("Memory that the process holds, native memory included").register(registry);
    }

    private static double bytes(long pid) {
        try {
            OptionalLong bytes = ProcessMemory.residentBytes(pid);
            return bytes.isPresent() ? bytes.getAsLong() : Double.NaN;
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
