package io.graft.trainer.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

import io.graft.backbone.Cpu;
import io.graft.backbone.HeadProgram;
import io.graft.backbone.TorchEngine;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelReady.Software;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.verification.Verification;
import io.graft.trainer.verification.VersionVerification;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a version again from the log and compares it with the one that was published. */
@Command(name = "verify", sortOptions = false, description = {
        "Makes a version again from the log: exit code 0 when it is identical, 3 when it is not, with the reasons.", "" })
final class VerifyCommand implements Callable<Integer> {

    private static final int DIFFERENT = 3;
    private static final Duration READ_LIMIT = Duration.ofMinutes(30);
    private static final Duration TRAIN_LIMIT = Duration.ofMinutes(30);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private BrokerOptions broker = new BrokerOptions();

    @Parameters(index = "0", paramLabel = "<task>", description = "The task.")
    private String task = "";

    @Parameters(index = "1", paramLabel = "<version>", description = "Its version: 1, 2, 3 …")
    private String version = "";

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        TaskId named = new TaskId(task);
        ModelVersion numbered = ModelVersion.parse(version);
        try (HeadProgram program = HeadProgram.load()) {
            VersionVerification verification = new VersionVerification(broker.clientConfig(), broker.topics(),
                    new HeadTraining(program, TRAIN_LIMIT, System::nanoTime), software(), READ_LIMIT);
            Verification found = verification.verify(named, numbered);
            out.printf("%s@%s %s (%d ms)%n", named, numbered, found.verdict().name().toLowerCase(Locale.ROOT),
                    found.tookMs());
            found.reasons().forEach(reason -> out.println(reason.code() + " " + reason.message()));
            found.corrected().forEach(sample -> out.println("corrected " + sample));
            found.deleted().forEach(sample -> out.println("deleted " + sample));
            return found.verdict() == Verification.Verdict.IDENTICAL ? CommandLine.ExitCode.OK
                    : DIFFERENT;
        }
    }

    /** The release stands in the jar's manifest, as the service has it. */
    private static Software software() {
        String release = Optional.ofNullable(VerifyCommand.class.getPackage().getImplementationVersion()).orElse("unknown");
        return new Software(release, TorchEngine.version(), Optional.of(Cpu.describe()));
    }
}
