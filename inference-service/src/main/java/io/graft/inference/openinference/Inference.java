package io.graft.inference.openinference;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import jakarta.inject.Singleton;

import io.graft.inference.prediction.Answers;
import io.graft.inference.prediction.Patience;
import io.graft.inference.prediction.Predictor;
import io.graft.inference.serving.ModelChoice;
import io.graft.problem.Problem;

/** Answers requests of the protocol, whatever carries them. */
@Singleton
public final class Inference {

    private final Predictor predictor;

    Inference(Predictor predictor) {
        this.predictor = predictor;
    }

    /** A request as it was read, and its answers. */
    public record Result(InferRequest request, Answers answers) {
    }

    /**
     * Answers one request.
     *
     * @param request read on this thread, once a version is found and a core is free; may refuse with a problem of its own
     * @param patience is shortened to the limit that stands in the request
     * @throws Problem as of {@link Predictor#predictAll}
     */
    public Result infer(ModelChoice choice, Supplier<InferRequest> request, Patience patience) {
        List<InferRequest> read = new ArrayList<>(1);
        Answers answers = predictor.predictAll(choice, model -> {
            InferRequest found = request.get();
            found.timeout().ifPresent(patience::shorten);
            read.add(found);
            return TensorInputs.of(found, model);
        }, patience);
        return new Result(read.get(0), answers);
    }
}
