package io.graft.store;

import java.util.Set;

import io.graft.problem.Problem;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Tells a store that does not answer from one that refuses.
 *
 * @param url of the store
 */
record S3Failures(String url) {

    private static final String BUSY_CODE = "OBJECT_STORE_BUSY";
    private static final Set<String> BUSY = Set.of("RequestTimeout", "SlowDown", "OperationAborted");
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    /** Whether the bucket is there and the object is not. */
    static boolean isMissingObject(S3Exception failure) {
        return failure.statusCode() == NOT_FOUND && !code(failure).equals("NoSuchBucket");
    }

    /** @param right that the call needs */
    Problem problem(String right, SdkException failure) {
        if (!(failure instanceof S3Exception answer)) {
            return busy(rootCause(failure));
        }
        boolean busy = answer.statusCode() >= SERVER_ERROR || answer.statusCode() == TOO_MANY_REQUESTS
                || BUSY.contains(code(answer));
        return busy ? busy(reason(answer))
                : broken("refuses: " + reason(answer), "in the configured region and at the configured "
                        + "endpoint, a bucket that is there and credentials with the right " + right, failure);
    }

    private Problem busy(String reason) {
        return Problem.busy(BUSY_CODE,
                sentence("does not answer: " + reason, "reachable, and done within the time limit"));
    }

    /** @param passing whether there were credentials, or should be some */
    Problem withoutCredentials(SdkException failure, boolean passing) {
        String what = "is used without credentials: " + failure.getMessage();
        String expected = "an access key id and a secret access key in the configuration, or what AWS' library finds by itself";
        return passing ? Problem.busy(BUSY_CODE, sentence(what, expected)) : broken(what, expected, failure);
    }

    private Problem broken(String what, String expected, SdkException failure) {
        return Problem.broken("OBJECT_STORE_BROKEN", sentence(what, expected), failure);
    }

    private String sentence(String what, String expected) {
        return "object store " + url + " " + what + " (expected: " + expected + ")";
    }

    private static String reason(S3Exception answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        String message = details == null || details.errorMessage() == null ? "" : ", " + details.errorMessage();
        return ("status " + answer.statusCode() + " " + code(answer)).strip() + message;
    }

    private static String code(S3Exception answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    private static String rootCause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause);
    }
}
