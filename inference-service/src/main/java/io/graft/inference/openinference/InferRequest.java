package io.graft.inference.openinference;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An inference request.
 *
 * @param id comes back in the answer
 * @param input the one tensor that a task takes
 * @param outputs in the order in which they are wanted; empty: the usual ones
 * @param binaryOutput whether outputs that say nothing of it come as bytes behind the JSON
 * @param timeout how long the answer may take
 */
public record InferRequest(Optional<String> id, Tensor input, List<RequestedOutput> outputs, boolean binaryOutput,
        Optional<Duration> timeout) {

    /**
     * An output that is wanted.
     *
     * @param binary absent: as the request says for all
     */
    record RequestedOutput(String name, Optional<Boolean> binary) {
    }
}
