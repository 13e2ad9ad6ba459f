package io.graft.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.problem.ProblemType;

class ObjectStoresTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "ftp://host/folder | has the scheme 'ftp' (expected: file or s3)",
            "folder | has the scheme 'null' (expected: file or s3)",
            "file://host/folder | is no folder (expected: file:///folder)",
            "file:folder | is no folder (expected: file:///folder)",
            "file:///folder?a=b | is no folder (expected: file:///folder)",
            "file:///folder#a | is no folder (expected: file:///folder)",
            "s3:bucket | is no bucket (expected: s3://bucket or s3://bucket/prefix)",
            "s3://Bucket | is no bucket (expected: s3://bucket or s3://bucket/prefix)",
            "s3://user@bucket | is no bucket (expected: s3://bucket or s3://bucket/prefix)",
            "s3://bucket:80 | is no bucket (expected: s3://bucket or s3://bucket/prefix)",
            "s3://bucket/a//b | is no bucket (expected: s3://bucket or s3://bucket/prefix)",
            "s3://bucket/../b | is no bucket (expected: s3://bucket or s3://bucket/prefix)",
            "s3://bucket/%61 | is no bucket (expected: s3://bucket or s3://bucket/prefix)",
            "s3://bucket/a?b | is no bucket (expected: s3://bucket or s3://bucket/prefix)",
            "file:///a/.. | is the root of the file system (expected: file:///folder)" })
    void refusesAUrlOfNoStore(String url, String what) {
        // Given
        ObjectStoreConfig config = new ObjectStoreConfig(URI.create(url));

        // When
        Runnable open = () -> ObjectStores.open(config).close();

        // Then
        ObjectStoreContract.assertProblem(open, ProblemType.INVALID, "OBJECT_STORE_INVALID",
                "object store '" + url + "' " + what);
    }

    @Test
    void saysOneUrlHoweverItIsWritten(@TempDir Path folder) {
        // Given
        URI url = URI.create("file:" + folder + "/./a/");

        // When
        try (ObjectStore store = ObjectStores.open(new ObjectStoreConfig(url))) {

            // Then
            assertThat(store.put("a.bin", new byte[0])).asString().startsWith("file://" + folder + "/a/");
            assertThat(store.put("a.bin", new byte[0])).asString().startsWith("file://" + folder + "/a/");
        }
    }

    @Test
    void keepsTheSecretOutOfItsText() {
        // Given
        URI url = URI.create("s3://bucket/prefix");

        // When
        ObjectStoreConfig config = new ObjectStoreConfig(url, Optional.of(URI.create("http://localhost:9000")),
                Optional.of("us-east-1"), true, Optional.of("AKIA1"), Optional.of("hunter2"), Duration.ofSeconds(1));

        // Then
        assertThat(config.toString()).contains("s3://bucket/prefix", "AKIA1").doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "ftp://host | AKIA1 | secret | PT1S | has the endpoint 'ftp://host' (expected: http://host:port or https://host:port)",
            "http:/host | AKIA1 | secret | PT1S | has the endpoint 'http:/host' (expected: http://host:port or https://host:port)",
            "http://host | AKIA1 | | PT1S | has only one of an access key id and a secret access key (expected: both, or neither)",
            "http://host | | secret | PT1S | has only one of an access key id and a secret access key (expected: both, or neither)",
            "http://host | AKIA1 | secret | PT0S | has a timeout of PT0S (expected: above 0 and at most PT1H)",
            "http://host | AKIA1 | secret | PT2H | has a timeout of PT2H (expected: above 0 and at most PT1H)" })
    void refusesAContradictoryConfiguration(URI endpoint, String accessKeyId, String secretAccessKey, Duration timeout,
            String what) {
        // Given
        URI url = URI.create("s3://bucket/prefix");

        // When
        Runnable create = () -> new ObjectStoreConfig(url, Optional.of(endpoint), Optional.empty(), false,
                Optional.ofNullable(accessKeyId), Optional.ofNullable(secretAccessKey), timeout);

        // Then
        ObjectStoreContract.assertProblem(create, ProblemType.INVALID, "OBJECT_STORE_INVALID",
                "object store 's3://bucket/prefix' " + what);
    }
}
