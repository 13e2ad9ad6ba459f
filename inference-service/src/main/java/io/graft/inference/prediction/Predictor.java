package io.graft.inference.prediction;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.graft.backbone.Backbone;
import io.graft.backbone.Sight;
import io.graft.inference.explanation.Explanation;
import io.graft.inference.explanation.ExplanationRequest;
import io.graft.inference.explanation.HeatPicture;
import io.graft.inference.prediction.Prediction.LabelProbability;
import io.graft.inference.prediction.PredictionListener.Outcome;
import io.graft.inference.serving.Model;
import io.graft.inference.serving.ModelChoice;
import io.graft.inference.serving.Route;
import io.graft.inference.serving.ServingTable;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;
import io.graft.trace.Step;
import io.graft.trace.Tracing;

/**
 * The one path from a content to a prediction, behind every door.
 * <p>
 * Decoding runs on the caller's thread, once there is a core for it; the forward pass runs in the backbone's
 * batcher. Every request that a version was found for is counted once: requests = ok + invalid + busy + cancelled +
 * broken.
 */
public final class Predictor {

    private final ServingTable table;
    private final Batchers batchers;
    private final Decoding decoding;
    private final Embedding embedding;
    private final Duration limit;
    private final int pictureSideMax;
    private final PredictionListener listener;
    private final AnswerListener answerListener;
    private final PredictionIds ids;
    private final PredictionObserver observer;
    private final Tracing tracing;
    private final InstantSource clock;

    /**
     * @param cores on which contents are decoded
     * @param limit of one request, waiting included
     * @param pictureSideMax pixels of the longer side of a picture that explains an answer
     */
    Predictor(ServingTable table, Batchers batchers, Cores cores, Duration limit, int pictureSideMax,
            PredictionListener listener, AnswerListener answerListener, PredictionIds ids, PredictionObserver observer,
            Tracing tracing, InstantSource clock) {
        this.table = table;
        this.batchers = batchers;
        this.decoding = new Decoding(cores, tracing);
        this.embedding = new Embedding(decoding, batchers);
        this.limit = limit;
        this.pictureSideMax = pictureSideMax;
        this.listener = listener;
        this.answerListener = answerListener;
        this.ids = ids;
        this.observer = observer;
        this.tracing = tracing;
        this.clock = clock;
    }

    /**
     * Predicts.
     *
     * @param choice whose answer it shall be
     * @param content read on this thread, once a version is found and a core is free; may refuse with a problem of its own
     * @param top how many labels to answer, 1 or more
     * @throws Problem MISSING without such a task or version, INVALID for a content that the version cannot take, BUSY when
     *         there is no room in time, BROKEN when the backbone fails
     */
    public Prediction predict(ModelChoice choice, Supplier<SampleContent> content, int top) {
        return predict(choice, content, top, new Patience(limit));
    }

    /** As {@link #predict(ModelChoice, Supplier, int)}, for as long as somebody waits. */
    public Prediction predict(ModelChoice choice, Supplier<SampleContent> content, int top, Patience patience) {
        List<SampleContent> read = new ArrayList<>(1);
        Answers answers = predictAll(choice, model -> {
            read.add(content.get());
            return List.of(new PredictionInput.Content(read.get(0)));
        }, patience);
        Prediction prediction = prediction(answers.model(), answers.probabilities().get(0), top);
        observer.predicted(prediction, read.get(0));
        return prediction;
    }

    /**
     * Predicts for several inputs with one version.
     *
     * @param choice whose answers they shall be
     * @param inputs read on this thread, once a version is found and a core is free; may refuse with a problem of its own
     * @param patience how long the request may take, waiting included, but no longer than the service's own limit; and
     *        whether somebody still waits
     * @throws Problem as of {@link #predict}
     */
    public Answers predictAll(ModelChoice choice, Function<Model, List<PredictionInput>> inputs, Patience patience) {
        return counted(choice, patience, (route, deadline) -> {
            Model model = route.model();
            List<float[]> features = embedding.features(model, inputs, deadline);
            Answers answers = score(model, features);
            report(route, features, answers);
            return answers;
        });
    }

    private Answers score(Model model, List<float[]> features) {
        Step step = tracing.begin("score");
        try {
            return new Answers(model, features.stream().map(model.head()::probabilities).toList());
        } finally {
            step.close();
        }
    }

    /**
     * Predicts and says why. Reading and drawing take a core each, as decoding does.
     *
     * @param choice whose answer it shall be
     * @param content as of {@link #predict}
     * @param top how many labels to answer, 1 or more
     * @throws Problem as of {@link #predict}, and INVALID {@code EXPLANATION_UNSUPPORTED} for a backbone without maps
     */
    public ExplainedPrediction explain(ModelChoice choice, Supplier<SampleContent> content, int top,
            ExplanationRequest asked, Patience patience) {
        return counted(choice, patience, (route, deadline) -> {
            Model model = route.model();
            Backbone backbone = requireMaps(model);
            Optional<Integer> row = asked.row(model.head());
            OptionalInt sideMax = asked.picture() ? OptionalInt.of(pictureSideMax) : OptionalInt.empty();
            List<SampleContent> read = new ArrayList<>(1);
            Sight sight = decoding.run(deadline, () -> {
                read.add(content.get());
                return backbone.see(read.get(0), sideMax);
            });
            MappedFeature mapped = embedding.mapped(model, sight.input(), deadline);
            float[] probabilities = model.head().probabilities(mapped.feature());
            Explanation explanation = Explanation.of(mapped.maps(), model.head(),
                    row.orElseGet(() -> Answers.likeliest(probabilities)), sight.region());
            Optional<byte[]> picture = picture(sight, explanation, deadline);
            report(route, List.of(mapped.feature()), new Answers(model, List.of(probabilities)));
            Prediction prediction = prediction(model, probabilities, top);
            observer.predicted(prediction, read.get(0));
            return new ExplainedPrediction(prediction, explanation, picture);
        });
    }

    private static Backbone requireMaps(Model model) {
        if (!model.backbone().hasMaps()) {
            throw Problem.invalid("EXPLANATION_UNSUPPORTED", "task '" + model.card().task() + "' cannot be explained: its "
                    + "backbone '" + model.backbone().descriptor().id() + "' has no class activation map (expected: one of "
                    + "images whose architecture has it, as resnet18)");
        }
        return model.backbone();
    }

    private Optional<byte[]> picture(Sight sight, Explanation explanation, Deadline deadline) throws InterruptedException {
        if (sight.picture().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(decoding.run(deadline,
                () -> HeatPicture.png(sight.picture().get(), explanation.map(), sight.pictureRegion())));
    }

    /** What is done for one request on a version that was found for it. */
    private interface Work<T> {
        T run(Route route, Deadline deadline) throws InterruptedException;
    }

    private <T> T counted(ModelChoice choice, Patience patience, Work<T> work) {
        Route route = table.route(choice);
        Model model = route.model();
        Outcome outcome = Outcome.BROKEN;
        Step step = tracing.begin("predict").set("graft.task", model.card().task().value())
                .set("graft.version", model.card().version().number());
        try {
            T result = work.run(route, new Deadline(limit, patience));
            outcome = Outcome.OK;
            return result;
        } catch (InterruptedException e) {
            outcome = Outcome.BUSY;
            Problem problem = interrupted();
            step.fail(problem.code());
            throw problem;
        } catch (Problem e) {
            outcome = patience.hasEnded() ? Outcome.CANCELLED : outcome(e);
            step.fail(e.code());
            throw e;
        } finally {
            listener.predicted(model.card(), outcome, System.nanoTime() - patience.beginNanos());
            step.close();
        }
    }

    /** A shadow takes what the backbone has computed already. */
    private void report(Route route, List<float[]> features, Answers answers) {
        for (int i = 0; i < features.size(); i++) {
            float[] feature = features.get(i);
            float[] answer = answers.probabilities().get(i);
            answerListener.answered(route.model(), feature, answer);
            route.shadow().ifPresent(shadow -> answerListener.shadowed(route.model(), answer, shadow,
                    shadow.head().probabilities(feature)));
        }
    }

    /** From now on nothing is computed any more: what waits for a backbone is refused, as is whatever comes. */
    public void refuse() {
        batchers.refuse();
    }

    private static Problem interrupted() {
        Thread.currentThread().interrupt();
        return Problem.busy("PREDICTION_INTERRUPTED", "prediction was interrupted (expected: another replica)");
    }

    private static Outcome outcome(Problem problem) {
        return switch (problem.type()) {
            case INVALID, MISSING -> Outcome.INVALID;
            case BUSY -> Outcome.BUSY;
            case BROKEN -> Outcome.BROKEN;
        };
    }

    private Prediction prediction(Model model, float[] probabilities, int top) {
        List<String> labels = model.head().labels();
        List<LabelProbability> sorted = IntStream.range(0, probabilities.length)
                .mapToObj(row -> new LabelProbability(labels.get(row), probabilities[row]))
                .sorted(Comparator.comparing(LabelProbability::probability).reversed())
                .limit(top).toList();
        LabelProbability best = sorted.get(0);
        return new Prediction(ids.next(), model.card().task(), model.card().version(), model.card().backbone().id(),
                best.label(), best.probability(),
                model.card().unknown().map(unknown -> best.probability() < unknown.threshold()), sorted,
                clock.instant());
    }
}
