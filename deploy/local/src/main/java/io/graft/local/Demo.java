package io.graft.local;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import io.graft.problem.Problem;

/**
 * The main job, end to end, on this machine: starts a broker and both services, publishes labelled images and a train request,
 * waits until the new head serves, and asks about images that nobody trained on. Ends with a code other than 0 when any of it
 * fails, or when the drawn images are told apart no better by features than by raw pixels.
 */
public final class Demo {

    private final DemoSettings settings;
    private final Screen screen;
    private final AtomicReference<@Nullable LocalStack> stack = new AtomicReference<>();
    private final AtomicBoolean ending = new AtomicBoolean();

    private Demo(DemoSettings settings, Screen screen) {
        this.settings = settings;
        this.screen = screen;
    }

    public static void main(String[] arguments) {
        Screen screen = new Screen(System.out, isTerminal());
        int code = 1;
        try {
            Demo demo = new Demo(DemoSettings.of(System.getProperties()), screen);
            Runtime.getRuntime().addShutdownHook(new Thread(demo::end, "demo-end"));
            endWithParent();
            code = demo.runUnlessEnded();
        } catch (Problem problem) {
            screen.line("%n%s", problem.sentence());
        }
        System.exit(code);
    }

    /** The property jdk.console=java.base, which the build sets, keeps a null here the sign that there is no terminal. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        return System.console() != null;
    }

    /** Maven does not end what it started when it is ended itself. */
    private static void endWithParent() {
        ProcessHandle.current().parent().ifPresent(parent -> {
            Thread watch = new Thread(() -> {
                parent.onExit().join();
                System.exit(1);
            }, "demo-parent");
            watch.setDaemon(true);
            watch.start();
        });
    }

    private int runUnlessEnded() {
        try {
            settings.requirePossible();
            return run() ? 0 : 1;
        } catch (InterruptedException | ExecutionException | IOException | RuntimeException e) {
            if (!ending.get()) {
                screen.line("%n%s", e instanceof Problem problem ? problem.sentence() : "the demo failed: " + e);
                screen.line("The logs are in %s", settings.folder());
            }
            return 1;
        }
    }

    private void end() {
        ending.set(true);
        LocalStack running = stack.getAndSet(null);
        if (running != null) {
            screen.step("Ends the services and the broker");
            running.close();
        }
    }

    /** @return whether the demo shows what it promises */
    private boolean run() throws IOException, InterruptedException, ExecutionException {
        screen.step("%s", settings.images().map(path -> "Reads the images in " + path).orElse("Draws images"));
        DemoSet images = settings.images().map(ImageFolder::read).orElseGet(DemoSet::drawn);
        DemoFolder.prepare(settings.folder());
        screen.step("Starts a Kafka broker and both services; their logs are in %s", settings.folder());
        long begin = System.nanoTime();
        LocalStack started = LocalStack.start(settings.folder(), settings.ports(), Map.of());
        stack.set(started);
        Duration start = Duration.ofNanos(System.nanoTime() - begin);
        TaskResult result;
        Optional<TaskResult> pixels;
        try (EventSender sender = new EventSender(started.broker().bootstrapServers());
                EventFeed feed = new EventFeed(started.broker().bootstrapServers())) {
            PipelineRun pipeline = new PipelineRun(started, sender, feed, screen);
            screen.step("Trains a head for task '%s': %d images of %d labels, %d more are held out", images.task(),
                    images.training().size(), images.labels().size(), images.heldOut().size());
            result = pipeline.run(images);
            pixels = settings.images().isEmpty() ? Optional.of(onPixels(pipeline, images)) : Optional.empty();
        }
        DemoReport report = new DemoReport(screen, settings);
        report.show(result, pixels, start);
        boolean shown = pixels.isEmpty() || result.accuracy() > pixels.get().accuracy();
        if (!shown) {
            screen.step("The features should tell the drawn images apart better than raw pixels do, and did not");
        } else if (!settings.exit()) {
            report.proposeNextSteps(result, DemoFolder.keep(settings.folder(), images.heldOut().get(0)));
            Thread.currentThread().join();
        }
        return shown;
    }

    private TaskResult onPixels(PipelineRun pipeline, DemoSet images)
            throws IOException, InterruptedException, ExecutionException {
        DemoSet pixels = RawPixels.of(images);
        screen.step("For comparison the same on raw pixels, 32 x 32 x 3 numbers per image: task '%s'", pixels.task());
        return pipeline.run(pixels);
    }
}
