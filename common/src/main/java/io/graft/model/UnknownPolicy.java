package io.graft.model;

import io.graft.problem.Problem;

/**
 * When a version had better say that it does not know.
 *
 * @param accuracy share of the answers that shall be right where it says that it knows, above 0, below 1
 */
public record UnknownPolicy(double accuracy) {

    public UnknownPolicy {
        // Written so that NaN fails.
        if (!(accuracy > 0 && accuracy < 1)) {
            throw Problem.invalid("TRAIN_REQUEST_INVALID",
                    "train request unknown.accuracy is " + accuracy + " (expected: above 0, below 1)");
        }
    }
}
