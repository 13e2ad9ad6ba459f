package io.graft.store;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

import io.graft.problem.Problem;

/**
 * Where objects are kept, and how to get there.
 *
 * @param url {@code file:///folder} or {@code s3://bucket/prefix}; the same for all who share the objects
 * @param endpoint of what speaks S3 and is not of AWS, such as MinIO or Ceph: http or https
 * @param region absent: what the environment says; with an endpoint it rarely matters
 * @param pathStyle whether the bucket stands in the path and not in the host's name, as most others than AWS want it
 * @param accessKeyId absent: the usual chain of AWS' library, such as environment variables or the pod's web identity
 * @param secretAccessKey with {@code accessKeyId} and never without it
 * @param timeout of storing or fetching one object, tries and waiting included
 */
public record ObjectStoreConfig(URI url, Optional<URI> endpoint, Optional<String> region, boolean pathStyle,
        Optional<String> accessKeyId, Optional<String> secretAccessKey, Duration timeout) {

    /** Enough for 200 MB at 2 MB/s. */
    public static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static final Duration TIMEOUT_MAX = Duration.ofHours(1);

    public ObjectStoreConfig {
        if (accessKeyId.isPresent() != secretAccessKey.isPresent()) {
            throw invalid(url, "has only one of an access key id and a secret access key (expected: both, or neither)");
        }
        if (timeout.toMillis() < 1 || timeout.compareTo(TIMEOUT_MAX) > 0) {
            throw invalid(url, "has a timeout of " + timeout + " (expected: above 0 and at most " + TIMEOUT_MAX + ")");
        }
        endpoint.ifPresent(uri -> requireHttp(url, uri));
    }

    /** A store that needs nothing but its url. */
    public ObjectStoreConfig(URI url) {
        this(url, Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.empty(), TIMEOUT);
    }

    private static void requireHttp(URI url, URI endpoint) {
        boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
        if (!http || endpoint.getHost() == null) {
            throw invalid(url, "has the endpoint '" + endpoint + "' (expected: http://host:port or https://host:port)");
        }
    }

    static Problem invalid(URI url, String what) {
        return Problem.invalid("OBJECT_STORE_INVALID", "object store '" + url + "' " + what);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "ObjectStoreConfig[url=" + url + ", endpoint=" + endpoint + ", region=" + region + ", pathStyle=" + pathStyle
                + ", accessKeyId=" + accessKeyId + ", timeout=" + timeout + "]";
    }
}
