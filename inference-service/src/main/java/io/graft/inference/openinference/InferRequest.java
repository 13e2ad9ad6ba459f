package io.graft.inference.openinference;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.graft.problem.Problem;

/**
 * An inference request, whatever carried it.
 *
 * @param id comes back in the answer
 * @param input the one tensor that a task takes
 * @param outputs in the order in which they are wanted, each once; empty: the usual ones
 * @param binaryOutput whether outputs that say nothing of it come as bytes
 * @param timeout how long the answer may take
 */
public record InferRequest(Optional<String> id, Tensor input, List<RequestedOutput> outputs, boolean binaryOutput,
        Optional<Duration> timeout) {

    public InferRequest {
        outputs = List.copyOf(outputs);
        Set<String> seen = new HashSet<>();
        for (RequestedOutput output : outputs) {
            if (!seen.add(output.name)) {
                throw InferRequestReader.invalid("wants the output '" + output.name + "' twice");
            }
        }
    }

    /**
     * An output that is wanted.
     *
     * @param binary absent: as the request says for all
     */
    public record RequestedOutput(String name, Optional<Boolean> binary) {

        public RequestedOutput {
            if (!ModelMetadata.OUTPUTS.contains(name)) {
                throw InferRequestReader.invalid("wants the output '" + InferRequestReader.quoted(name) + "' (expected: one of "
                        + ModelMetadata.OUTPUTS + ")");
            }
        }
    }

    /** The parameter {@code timeout}, in microseconds, as Triton's clients send it. @throws Problem INVALID unless above 0 */
    public static Duration timeoutOf(long micros) {
        if (micros < 1) {
            throw InferRequestReader.invalid("parameter 'timeout' is " + micros + " (expected: microseconds, above 0)");
        }
        return Duration.of(micros, ChronoUnit.MICROS);
    }
}
