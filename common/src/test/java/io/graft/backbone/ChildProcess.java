package io.graft.backbone;

import java.util.concurrent.TimeUnit;

/** A process that a test waits for. */
final class ChildProcess {

    private ChildProcess() {
    }

    /**
     * Its exit value.
     *
     * @throws AssertionError when it has not ended within the limit; it is ended then
     */
    static int exitValue(Process process, long limitSeconds) throws InterruptedException {
        try {
            if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                throw new AssertionError("no end within " + limitSeconds + " s: " + process.info().commandLine().orElse(""));
            }
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
