package io.graft.model;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonCreator;

import io.graft.event.Json;
import io.graft.problem.Problem;

/**
 * When a task is trained without anybody asking: whichever of {@code afterSampleCount}, {@code quietPeriod} and
 * {@code retrainAfterDelete} is fulfilled first, but never more often than {@code atMostEvery}.
 * <p>
 * Changes count from what the last version of the task had seen, or the policy's last request.
 *
 * @param afterSampleCount samples that are new or sent again, 1 to {@value #SAMPLE_COUNT_MAX}
 * @param quietPeriod how long no sample may have changed after one has, above 0 and up to 365 days
 * @param atMostEvery time between two requests of the policy, at least, above 0 and up to 365 days
 * @param retrainAfterDelete whether a deleted sample asks for a version without it
 * @param request what is asked for; its id and its cause are the policy's to give
 */
public record TrainingPolicy(Optional<Integer> afterSampleCount, Optional<Duration> quietPeriod,
        Optional<Duration> atMostEvery, boolean retrainAfterDelete, TrainRequest request) {

    public static final int SAMPLE_COUNT_MAX = 1_000_000_000;
    /** The longest of both durations. */
    public static final Duration PERIOD_MAX = Duration.ofDays(365);

    private static final String CODE = "TRAINING_POLICY_INVALID";

    public TrainingPolicy {
        afterSampleCount.ifPresent(count -> require(count >= 1 && count <= SAMPLE_COUNT_MAX, "afterSampleCount is " + count,
                "1 to " + SAMPLE_COUNT_MAX));
        quietPeriod.ifPresent(period -> requirePeriod("quietPeriod", period));
        atMostEvery.ifPresent(period -> requirePeriod("atMostEvery", period));
        require(afterSampleCount.isPresent() || quietPeriod.isPresent() || retrainAfterDelete, "asks for nothing",
                "afterSampleCount, quietPeriod or retrainAfterDelete");
        require(request.trainRequestId().isEmpty(), "request has a trainRequestId", "none: the policy gives it");
        require(request.cause().isEmpty(), "request has a cause", "none: the policy gives it");
    }

    @JsonCreator
    static TrainingPolicy of(@Nullable Integer afterSampleCount, @Nullable String quietPeriod, @Nullable String atMostEvery,
            @Nullable Boolean retrainAfterDelete, @Nullable TrainRequest request) {
        return new TrainingPolicy(Optional.ofNullable(afterSampleCount), period("quietPeriod", quietPeriod),
                period("atMostEvery", atMostEvery), retrainAfterDelete != null && retrainAfterDelete,
                request == null ? TrainRequest.DEFAULT : request);
    }

    /** Reads what a person sent. @throws Problem INVALID, naming the field */
    public static TrainingPolicy parse(byte[] json) {
        return Json.readStrict(json, TrainingPolicy.class, CODE, "training policy");
    }

    private static Optional<Duration> period(String field, @Nullable String text) {
        try {
            return Optional.ofNullable(text).map(Duration::parse);
        } catch (DateTimeParseException e) {
            throw Problem.invalid(CODE, "training policy " + field + " is '" + text
                    + "' (expected: a duration of ISO 8601, as in PT30S or PT10M)", e);
        }
    }

    private static void requirePeriod(String field, Duration period) {
        require(!period.isNegative() && !period.isZero() && period.compareTo(PERIOD_MAX) <= 0, field + " is " + period,
                "above 0, up to " + PERIOD_MAX);
    }

    private static void require(boolean valid, String what, String expected) {
        if (!valid) {
            throw Problem.invalid(CODE, "training policy " + what + " (expected: " + expected + ")");
        }
    }
}
