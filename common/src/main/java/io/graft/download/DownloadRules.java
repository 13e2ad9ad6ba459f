package io.graft.download;

import java.nio.file.Path;
import java.time.Duration;

import io.graft.problem.Problem;

/**
 * Where fetched files are kept, and how much of what is taken.
 *
 * @param folder of the files, each in a folder named by its digest; made when it is needed
 * @param sizeBytesMax of a file
 * @param timeMax of fetching one; the next try goes on where it ended
 * @param silenceMax without a byte, after which a connection counts as broken
 */
public record DownloadRules(Path folder, long sizeBytesMax, Duration timeMax, Duration silenceMax) {

    /** A VGG-16 has half a gigabyte. */
    public static final long SIZE_BYTES_MAX = 2L << 30;

    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);
    private static final Duration TIME_MAX = Duration.ofHours(1);

    /** With usual limits, in the folder of the system for what may be lost. */
    public static final DownloadRules USUAL = new DownloadRules(Path.of(System.getProperty("java.io.tmpdir"), "graft-weights"),
            SIZE_BYTES_MAX, TIME_MAX);

    public DownloadRules {
        if (sizeBytesMax < 1) {
            throw invalid("sizeBytesMax is " + sizeBytesMax + " (expected: at least 1)");
        }
        if (timeMax.isNegative() || timeMax.isZero() || silenceMax.isNegative() || silenceMax.isZero()) {
            throw invalid("timeMax is " + timeMax + " and silenceMax " + silenceMax + " (expected: more than nothing)");
        }
    }

    public DownloadRules(Path folder, long sizeBytesMax, Duration timeMax) {
        this(folder, sizeBytesMax, timeMax, SILENCE_MAX);
    }

    private static Problem invalid(String what) {
        return Problem.invalid("DOWNLOAD_CONFIG_INVALID", what);
    }
}
