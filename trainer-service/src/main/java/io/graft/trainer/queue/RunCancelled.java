package io.graft.trainer.queue;

/** Somebody has asked for the end of a run: thrown on its thread, at the next step. */
final class RunCancelled extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RunCancelled() {
        super("cancelled", null, false, false);
    }
}
