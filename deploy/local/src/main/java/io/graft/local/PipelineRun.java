package io.graft.local;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;

import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.problem.Problem;
import io.graft.sample.SampleKey;

/** The main job for one task: samples and a train request go in, a model comes out and is served, held-out images are asked. */
final class PipelineRun {

    private static final Duration SWAP_LIMIT = Duration.ofMinutes(1);
    private static final Duration TRAINING_LIMIT = Duration.ofMinutes(10);
    private static final Duration LIMIT_PER_SAMPLE = Duration.ofSeconds(1);

    private final LocalStack stack;
    private final EventSender sender;
    private final EventFeed feed;
    private final ServiceMetrics trainerMetrics;
    private final ServiceMetrics inferenceMetrics;
    private final PredictionClient client;
    private final Screen screen;

    PipelineRun(LocalStack stack, EventSender sender, EventFeed feed, Screen screen) {
        this.stack = stack;
        this.sender = sender;
        this.feed = feed;
        this.trainerMetrics = new ServiceMetrics(stack.trainer().uri());
        this.inferenceMetrics = new ServiceMetrics(stack.inference().uri());
        this.client = new PredictionClient(stack.inference().uri());
        this.screen = screen;
    }

    /**
     * Runs the job.
     *
     * @throws Problem with the reason when samples, request or training are refused, or a service ends
     */
    TaskResult run(DemoSet set) throws IOException, InterruptedException, ExecutionException {
        Instant begin = Instant.now();
        TrainRequestId request = new TrainRequestId("demo-" + set.task());
        int sentCount = publish(set);
        sender.sendTrainRequest(set.task(), request);
        screen.line("  %d samples are in labelled-samples, and a train request with every default right behind them",
                sentCount);
        EventFeed.Run run = awaitTraining(set.task(), request, sentCount);
        reportRefusedSamples(set);
        TrainingProgress end = run.latest();
        int version = end.version().orElseThrow().number();
        Instant runningSince = run.runningSince().orElse(end.at());
        awaitServing(set.task(), version);
        Instant serving = Instant.now();
        screen.line("  version %d serves", version);
        Confusion confusion = new Confusion(set.labels());
        double[] latenciesMs = classify(set, confusion);
        return new TaskResult(set, version, confusion, Duration.between(begin, runningSince),
                Duration.between(runningSince, end.at()), Duration.between(end.at(), serving),
                Duration.between(serving, Instant.now()), median(latenciesMs));
    }

    /** @return how many samples the broker took */
    private int publish(DemoSet set) throws IOException, InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (DemoImage image : set.training()) {
            sent.add(sender.sendSample(set.task(), image));
        }
        int count = 0;
        for (int i = 0; i < sent.size(); i++) {
            try {
                sent.get(i).get();
                count++;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RecordTooLargeException)) {
                    throw e;
                }
                screen.line("  left out: %s is larger than the topic takes", set.training().get(i).name());
            }
        }
        return count;
    }

    private EventFeed.Run awaitTraining(TaskId task, TrainRequestId request, int sentCount) {
        try (Screen.Bar samples = screen.bar("samples embedded")) {
            stack.trainer().awaitUntil("training '" + task + "'", TRAINING_LIMIT.plus(LIMIT_PER_SAMPLE.multipliedBy(sentCount)),
                    () -> {
                        samples.show(Math.round(trainerMetrics.sum("graft_samples_total", Map.of("task", task.value()))),
                                sentCount, "");
                        requireAccepted(task);
                        return feed.run(request).filter(run -> run.runningSince().isPresent() || isOver(run)).isPresent();
                    });
            samples.show(sentCount, sentCount, "");
        }
        try (Screen.Bar epochs = screen.bar("epochs")) {
            stack.trainer().awaitUntil("done with training '" + task + "'", TRAINING_LIMIT, () -> {
                Optional<EventFeed.Run> run = feed.run(request);
                run.ifPresent(known -> show(epochs, known.latest()));
                return run.filter(PipelineRun::isOver).isPresent();
            });
        }
        EventFeed.Run run = feed.run(request).orElseThrow();
        if (run.latest().state() != TrainingState.SUCCEEDED) {
            throw Problem.broken("TRAINING_FAILED", "training of task '" + task + "' " + run.latest().state().word()
                    + run.latest().error().map(error -> ": " + error.message()).orElse(""));
        }
        return run;
    }

    private static boolean isOver(EventFeed.Run run) {
        return run.latest().state().isFinal();
    }

    private static void show(Screen.Bar epochs, TrainingProgress progress) {
        progress.epochCount().ifPresent(count -> epochs.show(progress.epoch().orElse(0), count,
                progress.trainLoss().map("loss %.3f"::formatted).orElse("")
                        + progress.validationAccuracy().map("  validation accuracy %.3f"::formatted).orElse("")));
    }

    private void requireAccepted(TaskId task) {
        feed.refusedTrainRequest(task).ifPresent(reason -> {
            throw Problem.invalid("TRAIN_REQUEST_REFUSED", "the train request was refused: " + reason);
        });
    }

    private void reportRefusedSamples(DemoSet set) {
        double refused = trainerMetrics.sum("graft_samples_total",
                Map.of("task", set.task().value(), "outcome", "rejected"));
        stack.trainer().awaitUntil("done with writing dead letters", SWAP_LIMIT,
                () -> feed.refusedSamples(set.task()).size() >= refused);
        Map<String, String> names = set.training().stream().collect(
                Collectors.toMap(image -> new SampleKey(set.task(), image.sampleId()).toString(), DemoImage::name));
        feed.refusedSamples(set.task()).forEach(refusal -> screen.line("  dead letter: %s: %s",
                names.getOrDefault(refusal.key(), refusal.key()), refusal.reason()));
    }

    private void awaitServing(TaskId task, int version) {
        stack.inference().awaitUntil("serving version " + version + " of '" + task + "'", SWAP_LIMIT,
                () -> inferenceMetrics.sum("graft_serving_version", Map.of("task", task.value())) >= version);
    }

    /** @return milliseconds for each answer */
    private double[] classify(DemoSet set, Confusion confusion) throws IOException, InterruptedException {
        double[] latenciesMs = new double[set.heldOut().size()];
        int answered = 0;
        try (Screen.Bar asked = screen.bar("held-out images classified")) {
            for (DemoImage image : set.heldOut()) {
                byte[] body = image.source().read();
                long begin = System.nanoTime();
                try {
                    confusion.add(image.label(), client.predict(set.task(), image.contentType(), body).label());
                    latenciesMs[answered++] = (System.nanoTime() - begin) / 1e6;
                } catch (Problem refused) {
                    if (!refused.code().equals("PREDICTION_REFUSED")) {
                        throw refused;
                    }
                    screen.line("  refused: %s: %s", image.name(), refused.sentence());
                }
                asked.show(answered, set.heldOut().size(), "");
            }
        }
        return Arrays.copyOf(latenciesMs, answered);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }
}
