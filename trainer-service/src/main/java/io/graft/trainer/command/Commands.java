package io.graft.trainer.command;

import java.io.PrintWriter;

import org.apache.kafka.common.KafkaException;

import io.graft.problem.Problem;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/**
 * The commands of the trainer's jar. A new one is a class with {@code @Command}, and its name in the list below.
 * <p>
 * Exit codes: {@value CommandLine.ExitCode#OK} it was done, {@value CommandLine.ExitCode#SOFTWARE} it failed,
 * {@value CommandLine.ExitCode#USAGE} it was not understood; a command may have others of its own.
 */
@Command(name = "java -jar quarkus-run.jar", description = {
        "Runs the trainer without arguments, and a command with them.", "" }, subcommands = {
                RedriveCommand.class,
                VerifyCommand.class,
                HelpCommand.class
        })
final class Commands {

    private Commands() {
    }

    /** Runs the command that the arguments name. @return the exit code */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new Commands()).setOut(out).setErr(err)
                .setExecutionExceptionHandler((failure, line, arguments) -> {
                    err.println("error: " + sentence(failure));
                    return CommandLine.ExitCode.SOFTWARE;
                }).execute(args);
    }

    private static String sentence(Exception failure) {
        if (failure instanceof Problem problem) {
            return problem.code() + " " + problem.sentence();
        }
        if (failure instanceof KafkaException) {
            return "BROKER_BUSY the broker was not reached, or refused: " + failure.getMessage()
                    + (failure.getCause() == null ? "" : ": " + failure.getCause().getMessage());
        }
        return failure.toString();
    }
}
