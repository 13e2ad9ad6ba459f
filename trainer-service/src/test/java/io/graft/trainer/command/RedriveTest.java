package io.graft.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.event.DeadLetter;
import io.graft.event.TransactionalLoop;
import io.graft.problem.Problem;
import io.graft.testing.Await;
import io.graft.testing.KafkaBroker;
import io.graft.testing.KafkaTopic;
import io.graft.testing.Records;

/** The command {@code redrive} on a real broker. */
class RedriveTest {

    private static final long TIMESTAMP_MS = 1_700_000_000_000L;

    private static KafkaBroker broker;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void startBroker(@TempDir Path dataDir) {
        broker = KafkaBroker.start(dataDir);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void sendsALetterAgainOnceItsCauseIsGone() {
        // Given: a stage that can use no record
        KafkaTopic samples = create("gone-labelled-samples", Map.of());
        KafkaTopic letters = create("gone-labelled-samples-dead-letter", Map.of());
        KafkaTopic features = create("gone-features", Map.of());
        AtomicBoolean gone = new AtomicBoolean();
        send(record(samples.name(), "birds/wren", "a wren", "label", "wren"));
        try (TransactionalLoop loop = stage(samples, features, gone)) {
            loop.start();
            Await.until("the record is a dead letter", () -> letters.readAll().size() == 1);
            gone.set(true);
            // When
            int exit = redrive("gone-");
            // Then
            assertThat(exit).isZero();
            assertThat(out).asString().endsWith("1 sent, 0 kept\n");
            Await.until("the record is a feature", () -> features.readAll().size() == 1);
        }
        ConsumerRecord<byte[], byte[]> again = samples.readAll().get(1);
        assertThat(again.timestamp()).isEqualTo(TIMESTAMP_MS);
        assertThat(headers(again.headers())).containsExactly("label=wren");
        assertThat(again.value()).isEqualTo(Records.utf8("a wren"));
        assertThat(letters.readAll()).hasSize(1);
    }

    @Test
    void sendsTheLettersWithACodeAndKeepsTheOthers() {
        // Given
        KafkaTopic samples = create("code-labelled-samples", Map.of());
        KafkaTopic letters = create("code-labelled-samples-dead-letter", Map.of());
        send(letter(samples.name(), "birds/a", "SAMPLE_LABEL_MISSING", "1"));
        send(letter(samples.name(), "birds/b", "SAMPLE_TOO_LARGE", "2"));
        send(letter(samples.name(), "birds/c", "SAMPLE_LABEL_MISSING", "3"));
        // When
        int exit = redrive("code-", "--code", "SAMPLE_LABEL_MISSING");
        // Then
        assertThat(exit).isZero();
        assertThat(out).asString().contains("3 letters done, 0 offsets to go").endsWith("2 sent, 1 kept\n");
        assertThat(samples.awaitCommits().readAll()).extracting(RedriveTest::key).containsExactlyInAnyOrder("birds/a",
                "birds/c");
        List<ConsumerRecord<byte[], byte[]>> kept = letters.awaitCommits().readAll().stream()
                .filter(letter -> key(letter).equals("birds/b"))
                .toList();
        assertThat(kept).hasSize(2);
        assertThat(headers(kept.get(1).headers())).isEqualTo(headers(kept.get(0).headers()));
        assertThat(kept.get(1).timestamp()).isEqualTo(kept.get(0).timestamp());
        assertThat(kept.get(1).value()).isEqualTo(kept.get(0).value());
    }

    @Test
    void beginsWhereTheFirstEnded() {
        // Given
        KafkaTopic samples = create("twice-labelled-samples", Map.of());
        KafkaTopic letters = create("twice-labelled-samples-dead-letter", Map.of());
        send(letter(samples.name(), "birds/a", "SAMPLE_EMPTY", "1"));
        send(letter(samples.name(), "birds/b", "SAMPLE_TOO_LARGE", "2"));
        redrive("twice-", "--code", "SAMPLE_EMPTY");
        // When
        redrive("twice-", "--code", "SAMPLE_EMPTY");
        redrive("twice-");
        redrive("twice-");
        // Then
        assertThat(out.toString().lines().filter(line -> line.contains("sent"))).containsExactly("1 sent, 1 kept",
                "0 sent, 1 kept", "1 sent, 0 kept", "0 sent, 0 kept");
        assertThat(samples.awaitCommits().readAll()).extracting(RedriveTest::key).containsExactlyInAnyOrder("birds/a",
                "birds/b");
        assertThat(letters.awaitCommits().readAll()).hasSize(4);
    }

    @Test
    void countsByCodeAndChangesNothing() {
        // Given
        KafkaTopic samples = create("dry-labelled-samples", Map.of());
        KafkaTopic letters = create("dry-labelled-samples-dead-letter", Map.of());
        send(letter(samples.name(), "birds/a", "SAMPLE_EMPTY", "1"));
        send(letter(samples.name(), "birds/b", "SAMPLE_TOO_LARGE", "2"));
        // When
        redrive("dry-", "--dry-run", "--code", "SAMPLE_EMPTY");
        redrive("dry-", "--dry-run");
        // Then
        assertThat(out.toString().lines()).containsExactly("SAMPLE_EMPTY 1", "SAMPLE_TOO_LARGE 1", "1 would be sent, 1 kept",
                "SAMPLE_EMPTY 1", "SAMPLE_TOO_LARGE 1", "2 would be sent, 0 kept");
        assertThat(samples.readAll()).isEmpty();
        assertThat(letters.readAll()).hasSize(2);
    }

    @Test
    void losesNothingWhenItsTransactionFails() throws Exception {
        // Given: the topic does not take the second letter
        KafkaTopic samples = create("abort-labelled-samples", Map.of("max.message.bytes", "2000"));
        create("abort-labelled-samples-dead-letter", Map.of());
        send(letter(samples.name(), "birds/a", "SAMPLE_EMPTY", "small"));
        send(letter(samples.name(), "birds/b", "SAMPLE_EMPTY", "x".repeat(5000)));
        // When
        int failed = redrive("abort-");
        List<ConsumerRecord<byte[], byte[]>> afterFailure = samples.readAll();
        limit(samples.name(), "1000000");
        int exit = redrive("abort-");
        // Then
        assertThat(failed).isEqualTo(1);
        assertThat(err).asString().startsWith("error: RECORD_TOO_LARGE topic 'abort-labelled-samples' does not take a record");
        assertThat(afterFailure).isEmpty();
        assertThat(exit).isZero();
        assertThat(samples.awaitCommits().readAll()).extracting(RedriveTest::key).containsExactlyInAnyOrder("birds/a",
                "birds/b");
    }

    @Test
    void findsTheValueOfALetterThatWasTooLargeForItsTopic() {
        // Given
        KafkaTopic samples = create("omitted-labelled-samples", Map.of());
        KafkaTopic letters = create("omitted-labelled-samples-dead-letter", Map.of("max.message.bytes", "20000"));
        KafkaTopic features = create("omitted-features", Map.of());
        send(record(samples.name(), "birds/small", "small", "label", "wren"));
        send(record(samples.name(), "birds/large", "x".repeat(50_000), "label", "wren"));
        try (TransactionalLoop loop = stage(samples, features, new AtomicBoolean())) {
            loop.start();
            Await.until("both are dead letters", () -> letters.readAll().size() == 2);
            assertThat(loop.failure()).isEmpty();
        }
        ConsumerRecord<byte[], byte[]> large = letters.readAll().stream().filter(letter -> key(letter).equals("birds/large"))
                .findFirst().orElseThrow();
        assertThat(large.value()).isNull();
        assertThat(headers(large.headers())).contains("dead-letter-value-omitted=50000");
        // When
        redrive("omitted-");
        // Then
        assertThat(out).asString().endsWith("2 sent, 0 kept\n");
        assertThat(samples.awaitCommits().readAll()).filteredOn(record -> key(record).equals("birds/large")).hasSize(2)
                .allSatisfy(record -> assertThat(record.value()).hasSize(50_000));
    }

    @Test
    void findsTheRecordOfALetterWhoseKeyAndHeadersWereTooLargeForItsTopic() {
        // Given
        KafkaTopic samples = create("key-labelled-samples", Map.of());
        KafkaTopic letters = create("key-labelled-samples-dead-letter", Map.of("max.message.bytes", "20000"));
        KafkaTopic features = create("key-features", Map.of());
        send(record(samples.name(), "k".repeat(50_000), "a wren", "label", "w".repeat(40_000)));
        try (TransactionalLoop loop = stage(samples, features, new AtomicBoolean())) {
            loop.start();
            Await.until("it is a dead letter", () -> letters.readAll().size() == 1);
            assertThat(loop.failure()).isEmpty();
        }
        ConsumerRecord<byte[], byte[]> letter = letters.readAll().get(0);
        assertThat(letter.key()).isNull();
        assertThat(letter.value()).isEqualTo(Records.utf8("a wren"));
        assertThat(headers(letter.headers())).contains("dead-letter-offset=0", "dead-letter-headers-omitted=40005",
                "dead-letter-key-omitted=50000");
        // When
        redrive("key-");
        // Then
        assertThat(out).asString().endsWith("1 sent, 0 kept\n");
        assertThat(samples.awaitCommits().readAll()).hasSize(2).allSatisfy(record -> {
            assertThat(record.key()).hasSize(50_000);
            assertThat(record.value()).isEqualTo(Records.utf8("a wren"));
            assertThat(record.timestamp()).isEqualTo(TIMESTAMP_MS);
            assertThat(headers(record.headers())).containsExactly("label=" + "w".repeat(40_000));
        });
    }

    @Test
    void keepsALetterThatCannotBeSent() {
        // Given
        KafkaTopic samples = create("kept-labelled-samples", Map.of());
        KafkaTopic letters = create("kept-labelled-samples-dead-letter", Map.of());
        ProducerRecord<byte[], byte[]> omitted = letter(samples.name(), "birds/a", "SAMPLE_EMPTY", "");
        omitted.headers().add("dead-letter-value-omitted", Records.utf8("5000"));
        send(omitted);
        send(new ProducerRecord<>(letters.name(), 0, Records.utf8("birds/b"), Records.utf8("no letter")));
        ProducerRecord<byte[], byte[]> elsewhere = letter("train-requests", "birds", "RECIPE_INVALID", "{}");
        send(new ProducerRecord<>(letters.name(), 0, elsewhere.key(), elsewhere.value(), elsewhere.headers()));
        // When
        redrive("kept-");
        // Then
        assertThat(out.toString().lines()).contains(
                "kept: dead letter kept-labelled-samples-dead-letter-0 offset 0 was written without its value, and its record "
                        + "is not in kept-labelled-samples-0 at offset 41 any more (expected: send the sample again yourself)",
                "kept: dead letter kept-labelled-samples-dead-letter-0 offset 1 has no header 'dead-letter-topic'",
                "kept: dead letter kept-labelled-samples-dead-letter-0 offset 2 comes from topic 'train-requests' "
                        + "(expected: 'kept-labelled-samples')",
                "0 sent, 3 kept");
        assertThat(samples.readAll()).isEmpty();
        assertThat(letters.awaitCommits().readAll()).hasSize(6);
    }

    @Test
    void takesTheLettersOwnTimestampWhereAnOlderReleaseWroteNone() {
        // Given
        KafkaTopic samples = create("older-labelled-samples", Map.of());
        create("older-labelled-samples-dead-letter", Map.of());
        ProducerRecord<byte[], byte[]> letter = letter(samples.name(), "birds/a", "SAMPLE_EMPTY", "1");
        letter.headers().remove("dead-letter-timestamp");
        send(new ProducerRecord<>(letter.topic(), 0, 1_600_000_000_000L, letter.key(), letter.value(), letter.headers()));
        // When
        redrive("older-");
        // Then
        assertThat(samples.awaitCommits().readAll()).singleElement().extracting(ConsumerRecord::timestamp)
                .isEqualTo(1_600_000_000_000L);
    }

    @Test
    void saysWhatItDoesNotUnderstand(@TempDir Path folder) throws Exception {
        // Given
        Path broken = Files.writeString(folder.resolve("client.properties"), "security.protocol=\\u00zz");
        // When
        int nothing = run("redrive");
        int unknown = run("redrives");
        int option = run("redrive", "--bootstrap", "localhost:1", "--codes", "X");
        int topic = redrive("nowhere-");
        int config = redrive("", "--config", broken.toString());
        int help = run("help", "redrive");
        // Then
        assertThat(List.of(nothing, unknown, option)).containsOnly(2);
        assertThat(List.of(topic, config)).containsOnly(1);
        assertThat(help).isZero();
        assertThat(err).asString().contains("Missing required option: '--bootstrap=HOST:PORT'",
                "Unmatched argument at index 0: 'redrives'", "Unknown options: '--codes', 'X'",
                "error: TOPIC_UNKNOWN topic 'nowhere-labelled-samples-dead-letter' does not exist (expected: the dead letters of "
                        + "labelled-samples, train-requests or prediction-requests, behind their prefix)",
                "error: CLIENT_CONFIG_INVALID file '" + broken + "' cannot be read (expected: a properties file)");
        assertThat(out).asString().contains("Usage: java -jar quarkus-run.jar redrive", "--dry-run");
    }

    private int redrive(String prefix, String... options) {
        String[] args = new String[options.length + 5];
        List.of("redrive", "--bootstrap", broker.bootstrapServers(), "--prefix", prefix).toArray(args);
        System.arraycopy(options, 0, args, 5, options.length);
        return run(args);
    }

    private int run(String... args) {
        return Commands.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    /** A stage that turns records into features, and into dead letters until the cause is gone. */
    private static TransactionalLoop stage(KafkaTopic samples, KafkaTopic features, AtomicBoolean gone) {
        return new TransactionalLoop(connection(), samples.name(), samples.name() + "-stage", "a", 10,
                (batch, transactions) -> new TransactionalLoop.Result(batch.stream().map(record -> gone.get()
                        ? new ProducerRecord<>(features.name(), record.key(), record.value())
                        : DeadLetter.of(record, Problem.invalid("SAMPLE_EMPTY", "sample has no bytes"))).toList(), () -> {
                        }));
    }

    private static ProducerRecord<byte[], byte[]> letter(String topic, String key, String code, String value) {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(topic, 0, 41, TIMESTAMP_MS, TimestampType.CREATE_TIME, 0,
                0, Records.utf8(key), Records.utf8(value), new RecordHeaders(), Optional.empty());
        ProducerRecord<byte[], byte[]> letter = DeadLetter.of(record, Problem.invalid(code, "a sentence"));
        return new ProducerRecord<>(letter.topic(), 0, letter.key(), letter.value(), letter.headers());
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, String key, String value, String header, String text) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, 0, TIMESTAMP_MS, Records.utf8(key),
                Records.utf8(value));
        record.headers().add(header, Records.utf8(text));
        return record;
    }

    private static void send(ProducerRecord<byte[], byte[]> record) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(connection(), new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(record).get();
        } catch (Exception e) {
            throw new IllegalStateException("sending to " + record.topic() + " failed", e);
        }
    }

    private static void limit(String topic, String maxMessageBytes) throws Exception {
        try (Admin admin = Admin.create(connection())) {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(
                    new AlterConfigOp(new ConfigEntry("max.message.bytes", maxMessageBytes), AlterConfigOp.OpType.SET))))
                    .all().get();
        }
    }

    private static KafkaTopic create(String name, Map<String, String> settings) {
        return KafkaTopic.create(broker, name, 2, settings);
    }

    private static List<String> headers(Headers headers) {
        return Arrays.stream(headers.toArray())
                .map(header -> header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8)).toList();
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), StandardCharsets.UTF_8);
    }

    private static Map<String, Object> connection() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }
}
