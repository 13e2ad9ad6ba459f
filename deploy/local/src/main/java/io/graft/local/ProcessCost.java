package io.graft.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.graft.process.ProcessMemory;

/**
 * What a process has used of the machine, as Linux tells it.
 *
 * @param pid its number
 * @param residentBytes memory that it holds at this moment
 * @param cpu time since its start, of all its threads
 */
public record ProcessCost(long pid, long residentBytes, Duration cpu) {

    /** Clock ticks of /proc: 100 a second on every Linux that Graft runs on (USER_HZ). */
    private static final long NANOS_PER_TICK = 10_000_000;

    static ProcessCost of(ProcessHandle process) {
        Path folder = Path.of("/proc", Long.toString(process.pid()));
        try {
            long residentBytes = ProcessMemory.residentBytes(process.pid())
                    .orElseThrow(() -> new IllegalStateException("process " + process.pid() + " has ended"));
            String[] stat = Files.readString(folder.resolve("stat")).split("\\) ", 2)[1].split(" ", -1);
            long ticks = Long.parseLong(stat[11]) + Long.parseLong(stat[12]);
            return new ProcessCost(process.pid(), residentBytes,
                    Duration.ofNanos(ticks * NANOS_PER_TICK));
        } catch (IOException e) {
            throw new UncheckedIOException("process " + process.pid() + " cannot be looked at", e);
        }
    }
}
