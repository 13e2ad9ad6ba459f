package io.graft.trainer.embedding;

import static io.graft.testing.Records.record;
import static io.graft.testing.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.feature.Feature;
import io.graft.sample.SampleContentCodec;
import io.graft.sample.SampleEventCodec;
import io.graft.testing.DrawnImages;
import io.graft.trainer.embedding.EmbeddingOutcome.Embedded;
import io.graft.trainer.embedding.EmbeddingOutcome.Rejected;

/** Records to features through the bundled backbone, with augmented views. */
class SampleEmbedderTest {

    private static final int VIEW_COUNT = 3;
    /** Smaller than an image with its views. */
    private static final int BATCH_SIZE = 2;

    private static Backbones backbones;
    private static EmbeddingPool pool;

    private final byte[] image = new DrawnImages(1).draw(1).get(0).bytes();
    private final SampleEmbedder embedder = new SampleEmbedder(new SampleEventCodec(new SampleContentCodec(1 << 20)), backbones,
            new BackboneOpening(backbones, Duration.ZERO, task -> Optional.empty()), pool, new RecentEmbeddings(100),
            new DimensionsInMemory(),
            new FeatureMaker(pool, VIEW_COUNT),
            task -> Optional.empty());

    @BeforeAll
    static void open() {
        backbones = Backbones.open(BackbonesConfig.BUNDLED);
        pool = new EmbeddingPool(2, BATCH_SIZE);
    }

    @AfterAll
    static void close() {
        pool.close();
        backbones.close();
    }

    @Test
    void embedsViewsOfImagesThatMayBeTrainedOn() {
        // When
        List<EmbeddingOutcome> outcomes = embedder.embed(List.of(image("birds/a"), image("birds/b", "split", "train"),
                image("birds/c", "split", "validation"), vector("birds/d", "[1,2,3]"), broken("birds/e")));

        // Then
        assertThat(feature(outcomes.get(0)).views()).hasSize(VIEW_COUNT).doesNotHaveDuplicates()
                .doesNotContain(feature(outcomes.get(0)).embedding()).allMatch(view -> view.dimension() == 512);
        assertThat(feature(outcomes.get(1)).views()).hasSize(VIEW_COUNT);
        assertThat(feature(outcomes.get(2)).views()).isEmpty();
        assertThat(feature(outcomes.get(3)).views()).isEmpty();
        assertThat(outcomes.get(4)).isInstanceOf(Rejected.class);
    }

    @Test
    void embedsOtherViewsOfTheSameImageUnderAnotherKey() {
        // When
        List<EmbeddingOutcome> outcomes = embedder.embed(List.of(image("birds/a"), image("birds/b")));

        // Then
        assertThat(feature(outcomes.get(1)).views()).doesNotContainAnyElementsOf(feature(outcomes.get(0)).views());
        assertThat(((Embedded) outcomes.get(1)).reused()).isFalse();
    }

    @Test
    void remembersTheViewsOfASampleThatIsSentAgain() {
        // Given
        Feature first = feature(embedder.embed(List.of(image("birds/a"), image("birds/b"))).get(0));

        // When
        Embedded again = (Embedded) embedder.embed(List.of(image("birds/a", "label", "owl"))).get(0);

        // Then
        assertThat(again.reused()).isTrue();
        assertThat(again.feature().label()).hasToString("owl");
        assertThat(again.feature().views()).isEqualTo(first.views());
    }

    @Test
    void doesNotRememberViewsForASampleThatMovesToValidation() {
        // Given
        embedder.embed(List.of(image("birds/a")));

        // When
        Feature moved = feature(embedder.embed(List.of(image("birds/a", "split", "validation"))).get(0));

        // Then
        assertThat(moved.views()).isEmpty();
    }

    @Test
    void putsAsideAVectorOfAnotherLengthThanTheTasksFirst() {
        // When
        List<EmbeddingOutcome> outcomes = embedder.embed(List.of(vector("birds/a", "[1,2,3]"), vector("birds/b", "[1,2]"),
                vector("fish/a", "[1,2]"), image("birds/c")));
        EmbeddingOutcome correction = embedder.embed(List.of(vector("birds/a", "[1,2,3,4]"))).get(0);

        // Then
        assertThat(List.of(outcomes.get(0), outcomes.get(2), outcomes.get(3))).allMatch(Embedded.class::isInstance);
        assertThat(((Rejected) outcomes.get(1)).problem().code()).isEqualTo("SAMPLE_VECTOR_INVALID");
        assertThat(((Rejected) outcomes.get(1)).problem().sentence())
                .isEqualTo("vector has 2 numbers (expected: 3, as the first one of task 'birds')");
        assertThat(((Rejected) correction).problem().sentence())
                .isEqualTo("vector has 4 numbers (expected: 3, as the first one of task 'birds')");
    }

    private static Feature feature(EmbeddingOutcome outcome) {
        return ((Embedded) outcome).feature();
    }

    /** @param headers in place of its own */
    private ConsumerRecord<byte[], byte[]> image(String key, String... headers) {
        ConsumerRecord<byte[], byte[]> record = record(key, image, "label", "wren", "content-type", "image/jpeg");
        for (int i = 0; i < headers.length; i += 2) {
            record.headers().remove(headers[i]).add(headers[i], utf8(headers[i + 1]));
        }
        return record;
    }

    private static ConsumerRecord<byte[], byte[]> vector(String key, String numbers) {
        return record(key, utf8("{\"vector\":" + numbers + "}"), "label", "wren", "content-type", "application/json");
    }

    private static ConsumerRecord<byte[], byte[]> broken(String key) {
        return record(key, new byte[] { (byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 0 }, "label", "wren", "content-type",
                "image/jpeg");
    }
}
