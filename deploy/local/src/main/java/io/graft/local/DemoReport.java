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
        screen.line("""

                Ask about an image (it shows: %s)
                  curl -s -H 'Content-Type: %s' --data-binary @%s %s/v1/tasks/%s/predictions

                Teach it that image, and train again: the next answer says version %d
                  kcat -b %s -P -t labelled-samples -k %s/%s -H 'label=%s' %s
                  echo '{}' | kcat -b %s -P -t train-requests -k %s

                Look at what is there
                  curl -s %s/v1/tasks/%s
                  curl -s %s/v1/tasks/%s

                Watch the topics
                  kcat -b %s -C -t training-progress -o beginning
                  kcat -b %s -L

                Numbers for Prometheus
                  curl -s %s/q/metrics | grep ^graft_
                  curl -s %s/q/metrics | grep ^graft_""",
                shown.label(), shown.contentType(), image, inference, task, result.version() + 1, broker, task,
                shown.sampleId(), shown.label(), image, broker, task, trainer, task, inference, task, broker, broker, trainer,
                inference);
        screen.line("");
        screen.line("  Your own images, a folder with one sub-folder for each label:");
        screen.line("    ./mvnw -Pdemo -Ddemo.images=FOLDER");
    }
}
