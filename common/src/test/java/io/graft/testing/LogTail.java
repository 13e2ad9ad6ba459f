package io.graft.testing;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a log, for a message that says why a process has ended. */
public final class LogTail {

    private static final int LINE_COUNT = 20;

    private LogTail() {
    }

    /** The last lines but the frames of stack traces, which would push out the sentences that say what happened. */
    public static String of(Path log) {
        try {
            List<String> lines = new String(Files.readAllBytes(log), Charset.defaultCharset()).lines()
                    .filter(line -> !isStackFrame(line)).toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINE_COUNT), lines.size()));
        } catch (IOException e) {
            return "(the log cannot be read: " + e + ")";
        }
    }

    private static boolean isStackFrame(String line) {
        String text = line.strip();
        return text.isEmpty() || text.startsWith("at ") || (text.startsWith("... ") && text.endsWith(" more"));
    }
}
