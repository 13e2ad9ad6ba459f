package io.graft.event;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

import io.graft.problem.Problem;

/**
 * The topics of the contract by name, each behind a configured prefix.
 *
 * @param prefix in front of every name; empty, or letters, digits, {@code .}, {@code _} and {@code -}
 */
public record Topics(String prefix) {

    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{0,100}");

    public Topics {
        if (!PREFIX.matcher(prefix).matches()) {
            throw Problem.invalid("TOPIC_PREFIX_INVALID",
                    "topic prefix '" + prefix + "' is not valid (expected: " + PREFIX + ")");
        }
    }

    public String labelledSamples() {
        return prefix + "labelled-samples";
    }

    public String sampleFeatures() {
        return prefix + "sample-features";
    }

    /** Internal: by task, how many numbers its vectors have. */
    public String taskDimensions() {
        return prefix + "task-dimensions";
    }

    public String trainRequests() {
        return prefix + "train-requests";
    }

    /** Internal: the train requests again, validated and on the partition of their task. */
    public String trainingQueue() {
        return prefix + "training-queue";
    }

    public String trainingProgress() {
        return prefix + "training-progress";
    }

    /** By task, when it is trained without anybody asking. */
    public String trainingPolicies() {
        return prefix + "training-policies";
    }

    /** Internal: by task, the last request that its training policy has sent. */
    public String trainingTriggers() {
        return prefix + "training-triggers";
    }

    public String modelReady() {
        return prefix + "model-ready";
    }

    public String promotions() {
        return prefix + "promotions";
    }

    public String predictionRequests() {
        return prefix + "prediction-requests";
    }

    public String predictions() {
        return prefix + "predictions";
    }

    /** Internal: feedback on its way to the replica that remembers the prediction. */
    public String predictionFeedback() {
        return prefix + "prediction-feedback";
    }

    /** Contents of uncertain predictions, for whoever can label them. */
    public String labellingCandidates() {
        return prefix + "labelling-candidates";
    }

    /** Where the records of a topic go that cannot be used. */
    public static String deadLetter(String topic) {
        return topic + "-dead-letter";
    }

    /** A record's key as text. @throws Problem INVALID when it is not UTF-8 */
    public static String keyText(byte[] key) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
        } catch (CharacterCodingException e) {
            throw Problem.invalid("KEY_INVALID", "key is not UTF-8", e);
        }
    }

    /** Text as a record's key. */
    public static byte[] keyBytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
