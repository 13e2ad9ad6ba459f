package io.graft.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import io.graft.id.TaskId;

/** What the demo says when the main job is done. */
final class DemoReport {

    private final Screen screen;
    private final DemoSettings settings;

    DemoReport(Screen screen, DemoSettings settings) {
        this.screen = screen;
        this.settings = settings;
    }

    void show(TaskResult result, Optional<TaskResult> pixels, Duration start) {
        screen.step("%d held-out images, a row for what is shown, a column for what version %d answers",
                result.confusion().count(), result.version());
        screen.line(result.confusion().table());
        screen.line("");
        screen.line("  accuracy of the head on the backbone's features  %5.1f %%", 100 * result.accuracy());
        pixels.ifPresent(raw -> screen.line("  accuracy of a head on raw pixels                 %5.1f %%",
                100 * raw.accuracy()));
        screen.line("");
        time("start of the broker and both services", start);
        time(result.set().training().size() + " samples sent, decoded and embedded", result.embedding());
        time("training of the head", result.training());
        time("until the new version served", result.swap());
        time(result.confusion().count() + " predictions over REST", result.classification());
        screen.line("  %-48s %8.1f ms", "one of them (median)", result.answerMs());
    }

    private void time(String what, Duration duration) {
        screen.line("  %-48s %8.2f s", what, duration.toMillis() / 1000.0);
    }

    /** Commands to copy. */
    void proposeNextSteps(TaskResult result, Path image) {
        TaskId task = result.set().task();
        DemoImage shown = result.set().heldOut().get(0);
        String broker = "localhost:" + settings.ports().broker();
        String inference = "http://localhost:" + settings.ports().inference();
        String trainer = "http://localhost:" + settings.ports().trainer();
        screen.step("It stays up until Ctrl-C. What to try next, in another terminal:");
        propose("Ask about an image (it shows: " + shown.label() + ")",
                "curl -s -H 'Content-Type: " + shown.contentType() + "' --data-binary '@" + image + "' " + inference
                        + "/v1/tasks/" + task + "/predictions");
        propose("Teach it that image, and train again: from then on version " + (result.version() + 1) + " answers",
                "kcat -b " + broker + " -P -t labelled-samples -k " + task + "/" + shown.sampleId() + " -H 'label="
                        + shown.label() + "' -H content-type=" + shown.contentType() + " '" + image + "'",
                "echo '{\"promotion\":{\"policy\":\"always\"}}' | kcat -b " + broker + " -P -t train-requests -k " + task);
        propose("Look at what is there", "curl -s " + trainer + "/v1/tasks/" + task,
                "curl -s " + inference + "/v1/tasks/" + task);
        propose("Watch the topics", "kcat -b " + broker + " -C -t training-progress -o beginning", "kcat -b " + broker + " -L");
        propose("Numbers for Prometheus", "curl -s " + trainer + "/q/metrics | grep ^graft_",
                "curl -s " + inference + "/q/metrics | grep ^graft_");
        propose("Take your own images, a folder with one sub-folder for each label",
                "./mvnw -Pdemo -Ddemo.images=FOLDER");
    }

    private void propose(String what, String... commands) {
        screen.line("");
        screen.line("  " + what);
        for (String command : commands) {
            screen.line("    " + command);
        }
    }
}
