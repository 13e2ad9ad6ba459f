package io.graft.store;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.graft.digest.Digests;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** In a bucket of AWS, or of what speaks S3 as AWS does, such as MinIO or Ceph. */
final class S3Store implements ObjectStore {

    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final Pattern URL = Pattern
            .compile(
                    "(s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*))?)/?");
    private static final Duration CONNECTION_TIMEOUT_MAX = Duration.ofSeconds(10);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final S3Client client;
    private final AwsCredentialsProvider credentials;
    private final String bucket;
    private final String keyPrefix;
    private final ObjectPlaces places;
    private final S3Failures failures;
    private volatile boolean hadCredentials;

    private S3Store(S3Client client, AwsCredentialsProvider credentials, String bucket, String keyPrefix, String url) {
        this.client = client;
        this.credentials = credentials;
        this.bucket = bucket;
        this.keyPrefix = keyPrefix;
        this.places = new ObjectPlaces(url);
        this.failures = new S3Failures(url);
    }

    static S3Store open(ObjectStoreConfig config) {
        Matcher url = URL.matcher(config.url().toString());
        if (!url.matches()) {
            throw ObjectStoreConfig.invalid(config.url(), "is no bucket (expected: s3://bucket or s3://bucket/prefix)");
        }
        AwsCredentialsProvider credentials = credentials(config);
        String keyPrefix = Optional.ofNullable(url.group(3)).map(prefix -> prefix + "/").orElse("");
        return new S3Store(client(config, credentials), credentials, url.group(2), keyPrefix, url.group(1));
    }

    private static AwsCredentialsProvider credentials(ObjectStoreConfig config) {
        return config.accessKeyId().<AwsCredentialsProvider> map(
                id -> StaticCredentialsProvider.create(AwsBasicCredentials.create(id, config.secretAccessKey().orElseThrow())))
                .orElseGet(() -> DefaultCredentialsProvider.builder().build());
    }

    private static S3Client client(ObjectStoreConfig config, AwsCredentialsProvider credentials) {
        var builder = S3Client.builder().credentialsProvider(credentials).forcePathStyle(config.pathStyle())
                // What AWS adds to SigV4 since, others do not all understand; a digest goes along and is checked anyhow.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
                .overrideConfiguration(all -> all.apiCallTimeout(config.timeout()))
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(least(config.timeout(), CONNECTION_TIMEOUT_MAX))
                        .socketTimeout(least(config.timeout(), SILENCE_MAX)));
        config.endpoint().ifPresent(builder::endpointOverride);
        config.region().or(() -> config.endpoint().map(endpoint -> Region.US_EAST_1.id()))
                .ifPresent(region -> builder.region(Region.of(region)));
        try {
            return builder.build();
        } catch (SdkException e) {
            throw ObjectStoreConfig.invalid(config.url(),
                    "has no region (expected: one in the configuration or in AWS_REGION)");
        }
    }

    private static Duration least(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    @Override
    public URI put(String name, byte[] bytes) {
        String place = ObjectPlaces.place(name, bytes);
        if (!holds(place, bytes.length)) {
            PutObjectRequest request = PutObjectRequest.builder().bucket(bucket).key(keyPrefix + place)
                    .checksumSHA256(Base64.getEncoder().encodeToString(Digests.sha256(bytes))).build();
            // The array itself: each of the other bodies copies it.
            RequestBody body = RequestBody.fromContentProvider(() -> new ByteArrayInputStream(bytes), bytes.length,
                    CONTENT_TYPE);
            call("s3:PutObject", () -> client.putObject(request, body));
        }
        return places.uri(place);
    }

    /** An object is written whole or not at all, and its digest is checked on the way: its size says the rest. */
    private boolean holds(String place, int sizeBytes) {
        HeadObjectRequest request = HeadObjectRequest.builder().bucket(bucket).key(keyPrefix + place).build();
        return call("s3:GetObject", () -> {
            try {
                return Objects.equals(client.headObject(request).contentLength(), (long) sizeBytes);
            } catch (S3Exception e) {
                if (e.statusCode() == NOT_FOUND || e.statusCode() == FORBIDDEN) {
                    // Without a body, so without a reason: the answer to storing has one.
                    return false;
                }
                throw e;
            }
        });
    }

    @Override
    public byte[] get(URI uri, String sha256, long sizeBytes) {
        GetObjectRequest request = GetObjectRequest.builder().bucket(bucket)
                .key(keyPrefix + places.place(uri, sha256, sizeBytes)).build();
        FetchedObject fetched = call("s3:GetObject", () -> {
            try {
                return client.getObject(request, (response, body) -> FetchedObject.read(response, body, sizeBytes));
            } catch (S3Exception e) {
                if (S3Failures.isMissingObject(e)) {
                    throw ObjectPlaces.missing(uri);
                }
                throw e;
            }
        });
        ObjectPlaces.requireSize(uri, fetched.sizeBytes(), sizeBytes);
        ObjectPlaces.requireDigest(uri, fetched.bytes(), sha256);
        return fetched.bytes();
    }

    private <T> T call(String right, Supplier<T> call) {
        try {
            credentials.resolveCredentials();
            hadCredentials = true;
        } catch (SdkException e) {
            throw failures.withoutCredentials(e, hadCredentials || areFetched());
        }
        try {
            return call.get();
        } catch (SdkException e) {
            throw failures.problem(right, e);
        }
    }

    /** Whether the environment names a service that gives credentials: it may be away for a while. */
    private static boolean areFetched() {
        return Stream.of(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE, SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
                SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI)
                .anyMatch(setting -> setting.getStringValue().isPresent());
    }

    @Override
    public void close() {
        client.close();
        if (credentials instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }
}
