package io.graft.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.event.Topics;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;
import io.graft.sample.SampleContentCodec;
import io.graft.sample.SampleEvent;
import io.graft.sample.SampleEventCodec;
import io.graft.testing.KafkaBroker;
import io.graft.testing.KafkaTopic;
import io.graft.trainer.table.SampleOrigin;

/** Contents of one task, read again from a topic of three partitions. */
class StoredSamplesTest {

    private static final TaskId TASK = new TaskId("birds");
    private static final long SENT_AT_MS = 1_700_000_000_000L;

    private static KafkaBroker broker;
    private static KafkaProducer<byte[], byte[]> producer;

    private final SampleEventCodec codec = new SampleEventCodec(new SampleContentCodec(1_000_000));
    private final Topics topics = new Topics(UUID.randomUUID() + "-");
    private final Map<String, SampleEvent.Labelled> found = new TreeMap<>();
    private final StoredSamples stored = open(Duration.ofSeconds(60));

    @BeforeAll
    static void startBroker(@TempDir Path dataDir) {
        broker = KafkaBroker.start(dataDir);
        producer = new KafkaProducer<>(connection(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterAll
    static void stopBroker() {
        producer.close();
        broker.close();
    }

    @BeforeEach
    void createTopic() {
        KafkaTopic.create(broker, topics.labelledSamples(), 3);
    }

    private static Map<String, Object> connection() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    private StoredSamples open(Duration limit) {
        return new StoredSamples(connection(), topics, codec, limit);
    }

    @Test
    void findsTheWantedSamplesOfATaskOnAllPartitions() throws Exception {
        // Given
        send(0, "birds/a", "first", SENT_AT_MS);
        send(1, "birds/b", "second", SENT_AT_MS + 1);
        send(2, "birds/c", "third", SENT_AT_MS + 2);
        send(2, "bees/a", "first", SENT_AT_MS + 3);

        // When
        Map<SampleId, SampleOrigin> missing = find(Map.of("a", wanted("first", 0), "c", wanted("third", 2)));

        // Then
        assertThat(missing).isEmpty();
        assertThat(found).containsOnlyKeys("birds/a", "birds/c");
        assertThat(found.get("birds/c").content()).isEqualTo(new SampleContent.Text("third"));
    }

    @Test
    void findsTheWantedContentAmongThoseThatASampleHad() throws Exception {
        // Given
        send(0, "birds/a", "old", SENT_AT_MS);
        send(1, "birds/a", "wanted", SENT_AT_MS + 1);
        send(0, "birds/a", "new", SENT_AT_MS + 2);
        send(0, "birds/a", "wanted", SENT_AT_MS + 3);

        // When
        find(Map.of("a", wanted("wanted", 1)));

        // Then
        assertThat(found.get("birds/a").content()).isEqualTo(new SampleContent.Text("wanted"));
    }

    @Test
    void namesThoseThatAreDeletedOrReplaced() throws Exception {
        // Given
        send(0, "birds/deleted", null, SENT_AT_MS);
        send(0, "birds/replaced", "other", SENT_AT_MS);
        producer.send(new ProducerRecord<>(topics.labelledSamples(), 0, SENT_AT_MS, bytes("birds/broken"), bytes("?"))).get();

        // When
        Map<SampleId, SampleOrigin> missing = find(Map.of("deleted", wanted("x", 0), "replaced", wanted("x", 0),
                "broken", wanted("x", 0), "unheard-of", wanted("x", 0)));

        // Then
        assertThat(found).isEmpty();
        assertThat(missing.keySet()).extracting(SampleId::value)
                .containsExactlyInAnyOrder("deleted", "replaced", "broken", "unheard-of");
    }

    @Test
    void readsNothingThatWasSentBeforeTheFirstWantedSample() throws Exception {
        // Given a content that is wanted, from before the moment that is named
        send(0, "birds/a", "same", SENT_AT_MS);
        send(0, "birds/b", "later", SENT_AT_MS + 1000);

        // When
        Map<SampleId, SampleOrigin> missing = find(Map.of("a", wanted("same", 1000)));

        // Then
        assertThat(missing).containsOnlyKeys(new SampleId("a"));
    }

    @Test
    void endsOnceItsFinderGivesUp() throws Exception {
        // Given
        send(0, "birds/a", "first", SENT_AT_MS);
        List<String> heard = new ArrayList<>();

        // Then
        assertThatThrownBy(() -> stored.find(TASK, ids(Map.of("a", wanted("first", 0))), new StoredSamples.Finder() {
            @Override
            public void accept(SampleEvent.Labelled sample) {
                heard.add(sample.key().toString());
            }

            @Override
            public void goingOn() {
                throw new IllegalStateException("cancelled");
            }
        })).hasMessage("cancelled");
        assertThat(heard).isEmpty();
    }

    @Test
    void saysThatReadingTookTooLong() throws Exception {
        // Given
        send(0, "birds/a", "first", SENT_AT_MS);

        // Then
        assertThatThrownBy(() -> open(Duration.ofNanos(1)).find(TASK, ids(Map.of("a", wanted("first", 0))), sample -> {
        })).isInstanceOf(Problem.class);
    }

    private Map<SampleId, SampleOrigin> find(Map<String, SampleOrigin> wanted) {
        return stored.find(TASK, ids(wanted), sample -> found.put(sample.key().toString(), sample));
    }

    private static Map<SampleId, SampleOrigin> ids(Map<String, SampleOrigin> wanted) {
        Map<SampleId, SampleOrigin> byId = new TreeMap<>();
        wanted.forEach((id, content) -> byId.put(new SampleId(id), content));
        return byId;
    }

    private SampleOrigin wanted(String text, long afterMs) {
        return new SampleOrigin(SENT_AT_MS + afterMs, SampleEventCodec.sha256(new SampleContent.Text(text)));
    }

    private void send(int partition, String key, @Nullable String text, long atMs) throws Exception {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topics.labelledSamples(), partition, atMs, bytes(key),
                text == null ? null : bytes(text));
        record.headers().add("label", bytes("x")).add("content-type", bytes("text/plain"));
        producer.send(record).get();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
