package io.graft.inference.serving;

import java.net.URI;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How to get to a bucket. */
@ConfigMapping(prefix = "graft.objects.s3")
public interface ObjectsS3Config {

    /** Where something speaks S3 that is not AWS, such as MinIO or Ceph: http or https; absent: AWS. */
    Optional<URI> endpoint();

    /** The bucket's region; absent: {@code AWS_REGION}, and with an endpoint {@code us-east-1}. */
    Optional<String> region();

    /** Whether the bucket stands in the path and not in the host's name, as most others than AWS want it. */
    @WithDefault("false")
    boolean pathStyle();

    /** Who asks; absent: what AWS' library finds, such as {@code AWS_ACCESS_KEY_ID} or the pod's web identity. */
    Optional<String> accessKeyId();

    /** With {@code access-key-id}, and never without it. */
    Optional<String> secretAccessKey();
}
