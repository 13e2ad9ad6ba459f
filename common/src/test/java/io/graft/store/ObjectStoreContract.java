package io.graft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.graft.digest.Digests;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

/** What every store does. */
abstract class ObjectStoreContract {

    private static final String NAME = "backbone.safetensors";

    @SuppressWarnings("NullAway.Init") // set before each test
    private ObjectStore store;

    /** A working and empty store. */
    abstract ObjectStoreConfig config();

    /** One that is there and lets nobody in. */
    abstract ObjectStoreConfig refusing();

    /** What a refusal says has to be done about it. */
    abstract String remedy();

    /** Overwrites an object behind the store's back. */
    abstract void damage(URI uri, byte[] bytes) throws Exception;

    /** Whether an object was written once only, as far as the store can tell. */
    abstract Object stamp(URI uri) throws Exception;

    @BeforeEach
    void open() {
        store = ObjectStores.open(config());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void givesBackTwentyMegabytesAsTheyWere() {
        // Given
        byte[] bytes = bytes(20_000_000);

        // When
        URI uri = store.put(NAME, bytes);

        // Then
        String sha256 = Digests.sha256Hex(bytes);
        assertThat(uri).hasToString(config().url() + "/" + sha256 + "/" + NAME);
        assertThat(store.get(uri, sha256, bytes.length)).isEqualTo(bytes);
        try (ObjectStore other = ObjectStores.open(config())) {
            assertThat(other.get(uri, sha256, bytes.length)).isEqualTo(bytes);
        }
    }

    @Test
    void keepsAnEmptyFileToo() {
        // Given
        URI uri = store.put(NAME, new byte[0]);

        // When
        byte[] bytes = store.get(uri, Digests.sha256Hex(new byte[0]), 0);

        // Then
        assertThat(bytes).isEmpty();
    }

    @Test
    void storesTheSameBytesOnce() throws Exception {
        // Given
        byte[] bytes = bytes(1_000);
        URI first = store.put(NAME, bytes);
        Object stamp = stamp(first);

        // When
        URI second = store.put(NAME, bytes);

        // Then
        assertThat(second).isEqualTo(first);
        assertThat(stamp(first)).isEqualTo(stamp);
    }

    @Test
    void keepsOtherBytesUnderTheSameNameBesideThem() {
        // Given
        byte[] first = bytes(1_000);
        byte[] second = bytes(1_001);

        // When
        URI firstUri = store.put(NAME, first);
        URI secondUri = store.put(NAME, second);

        // Then
        assertThat(store.get(firstUri, Digests.sha256Hex(first), 1_000)).isEqualTo(first);
        assertThat(store.get(secondUri, Digests.sha256Hex(second), 1_001)).isEqualTo(second);
    }

    @Test
    void saysWhatIsNotThere() {
        // Given
        byte[] bytes = bytes(10);
        String sha256 = Digests.sha256Hex(bytes(11));
        URI absent = URI.create(store.put(NAME, bytes).toString().replace(Digests.sha256Hex(bytes), sha256));

        // When
        Runnable get = () -> store.get(absent, sha256, 11);

        // Then
        assertProblem(get, ProblemType.MISSING, "OBJECT_MISSING",
                "object '" + absent + "' is not there (expected: kept as long as its version)");
    }

    @Test
    void refusesDamagedBytesAndMendsThemWithTheNextPut() throws Exception {
        // Given
        byte[] bytes = bytes(1_000);
        String sha256 = Digests.sha256Hex(bytes);
        URI uri = store.put(NAME, bytes);
        byte[] others = bytes(999);

        // When
        damage(uri, others);

        // Then
        assertProblem(() -> store.get(uri, sha256, 1_000), ProblemType.INVALID, "OBJECT_SIZE_WRONG",
                "object '" + uri + "' has 999 bytes (expected: 1000)");
        assertProblem(() -> store.get(uri, sha256, 999), ProblemType.INVALID, "OBJECT_DIGEST_WRONG",
                "object '" + uri + "' has SHA-256 " + Digests.sha256Hex(others) + " (expected: " + sha256 + ")");
        assertThat(store.put(NAME, bytes)).isEqualTo(uri);
        assertThat(store.get(uri, sha256, 1_000)).isEqualTo(bytes);
    }

    @Test
    void refusesAnotherSizeOrDigestThanTheObjectHas() {
        // Given
        byte[] bytes = bytes(1_000);
        String sha256 = Digests.sha256Hex(bytes);
        String other = Digests.sha256Hex(bytes(1));
        URI uri = store.put(NAME, bytes);

        // When
        Consumer<Long> get = sizeBytes -> store.get(uri, sha256, sizeBytes);

        // Then
        assertProblem(() -> get.accept(999L), ProblemType.INVALID, "OBJECT_SIZE_WRONG",
                "object '" + uri + "' has 1000 bytes (expected: 999)");
        assertProblem(() -> get.accept(1_001L), ProblemType.INVALID, "OBJECT_SIZE_WRONG",
                "object '" + uri + "' has 1000 bytes (expected: 1001)");
        for (long sizeBytes : new long[] { -1, 1L << 40 }) {
            assertProblem(() -> get.accept(sizeBytes), ProblemType.INVALID, "OBJECT_SIZE_WRONG",
                    "object '" + uri + "' is said to have " + sizeBytes + " bytes (expected: 0 to 2147483639)");
        }
        assertProblem(() -> store.get(uri, other, 1_000), ProblemType.INVALID, "OBJECT_DIGEST_WRONG",
                "object '" + uri + "' has SHA-256 " + sha256 + " (expected: " + other + ")");
    }

    @Test
    void asksNobodyForAForeignUri() {
        // Given
        String sha256 = Digests.sha256Hex(bytes(1_000));
        String own = store.put(NAME, bytes(1_000)).toString();
        String url = config().url().toString();
        List<String> foreign = List.of("http://169.254.169.254/latest/meta-data", "file:///etc/passwd",
                "s3://other/" + sha256 + "/" + NAME, url, url + "/", url + "x/" + sha256 + "/" + NAME,
                url + "/../" + sha256 + "/" + NAME, url + "/" + sha256 + "/../" + NAME, url + "/" + sha256 + "/.." + NAME,
                url + "/" + sha256 + "/%2e%2e/" + NAME, url + "/" + sha256 + "/a/b", url + "/" + sha256 + "/a%2Fb",
                own + "?versionId=1", own + "#1", own + "/", own + "%00", own.replace("://", "://user@"), "x");

        // When
        for (String uri : foreign) {
            Runnable get = () -> store.get(URI.create(uri), sha256, 1_000);

            // Then
            assertProblem(get, ProblemType.INVALID, "OBJECT_URI_FOREIGN",
                    "object '" + uri + "' is not of the store " + url + " (expected: " + url + "/sha256/name)");
        }
    }

    @Test
    void refusesANameThatLeadsElsewhere() {
        // Given
        List<String> names = List.of("", ".", "..", "../a", "a/b", "a\\b", "a b", "%2e", ".part", "ä", "a".repeat(201));

        // When
        for (String name : names) {
            Runnable put = () -> store.put(name, new byte[1]);

            // Then
            assertProblem(put, ProblemType.INVALID, "OBJECT_NAME_INVALID",
                    "object name '" + name + "' does not match [A-Za-z0-9][A-Za-z0-9._-]{0,199}");
        }
    }

    @Test
    void saysWhatToDoWhenTheStoreRefuses() {
        // Given
        byte[] bytes = bytes(1_000);
        String sha256 = Digests.sha256Hex(bytes);

        try (ObjectStore refusing = ObjectStores.open(refusing())) {
            // When
            Runnable put = () -> refusing.put(NAME, bytes);
            Runnable get = () -> refusing.get(URI.create(refusing().url() + "/" + sha256 + "/" + NAME), sha256, 1_000);

            // Then
            for (Runnable call : List.of(put, get)) {
                assertThatThrownBy(call::run).isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.type()).as(problem.sentence()).isEqualTo(ProblemType.BROKEN);
                    assertThat(problem.code()).isEqualTo("OBJECT_STORE_BROKEN");
                    assertThat(problem).hasMessageStartingWith("object store " + refusing().url() + " ")
                            .hasMessageContaining(remedy());
                });
            }
        }
    }

    static void assertProblem(Runnable call, ProblemType type, String code, String sentence) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem).hasMessage(sentence);
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.type()).isEqualTo(type);
        });
    }

    static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }
}
