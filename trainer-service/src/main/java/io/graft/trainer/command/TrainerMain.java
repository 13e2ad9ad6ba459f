package io.graft.trainer.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Runs the service, or, where there are arguments, the command that they name, without the service. */
@QuarkusMain
public final class TrainerMain {

    private TrainerMain() {
    }

    public static void main(String... args) {
        if (args.length == 0) {
            Quarkus.run();
            return;
        }
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(Commands.run(out, err, args));
    }
}
