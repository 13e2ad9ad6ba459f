package io.graft.trainer.command;

import java.io.PrintWriter;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sends dead letters again after the cause is gone. */
@Command(name = "redrive", sortOptions = false, description = {
        "Sends dead letters again after the cause is gone: all, or those with a code.", "" }, footer = { "",
                "A letter goes back to its topic with its first timestamp, so that what was sent of its key since then still counts.",
                "One that is not sent is kept: it stands in the dead letters again. A second run begins where the first ended." })
final class RedriveCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private BrokerOptions broker = new BrokerOptions();

    @Option(names = "--topic", defaultValue = "labelled-samples", description = "Whose dead letters, without the prefix: labelled-samples, train-requests or prediction-requests; default: ${DEFAULT-VALUE}.")
    private String topic = "";

    @Option(names = "--code", description = "Only letters with this code, as in SAMPLE_LABEL_MISSING; may be given several times.")
    private Set<String> codes = new TreeSet<>();

    @Option(names = "--dry-run", description = "Count the letters by code, and change nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Redrive redrive = new Redrive(broker.clientConfig(), broker.topics(), topic, codes, out::println);
        Redrive.Count count = dryRun ? redrive.count() : redrive.send();
        if (dryRun) {
            new TreeMap<>(count.byCode()).forEach((code, number) -> out.println(code + " " + number));
            out.println(count.sentCount() + " would be sent, " + count.keptCount() + " kept");
        } else {
            out.println(count.sentCount() + " sent, " + count.keptCount() + " kept");
        }
        return CommandLine.ExitCode.OK;
    }
}
