package io.graft.sample;

import static io.graft.testing.Records.record;
import static io.graft.testing.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;
import io.graft.testing.Records;

class SampleEventCodecTest {

    private static final String KEY = "birds/wren-1";

    private final SampleEventCodec codec = new SampleEventCodec(new SampleContentCodec(1_000));

    @Test
    void readsAPlainSample() {
        // When
        SampleEvent.Labelled sample = labelled(record(KEY, utf8("a wren"), "label", "wren", "split", "train"));
        // Then
        assertThat(sample.key()).isEqualTo(SampleKey.parse(utf8(KEY)));
        assertThat(sample.timestampMs()).isEqualTo(Records.TIMESTAMP_MS);
        assertThat(sample.label()).isEqualTo(new Label("wren"));
        assertThat(sample.split()).contains(Split.TRAIN);
        assertThat(sample.content()).isEqualTo(new SampleContent.Text("a wren"));
        assertThat(sample.sha256()).matches("[0-9a-f]{64}");
    }

    @Test
    void readsTheSameSampleFromEveryEnvelope() {
        // Given
        SampleEvent.Labelled plain = labelled(record(KEY, utf8("a wren"), "label", "wren"));
        // When
        SampleEvent binary = codec.decode(record(KEY, utf8("a wren"), "ce_specversion", "1.0", "ce_label", "wren"));
        SampleEvent structured = codec.decode(record(KEY, utf8("""
                {"specversion":"1.0","label":"wren","datacontenttype":"text/plain","data":"a wren"}"""), "content-type",
                "application/cloudevents+json"));
        SampleEvent json = codec.decode(record(KEY, utf8("{\"text\":\"a wren\",\"label\":\"wren\"}")));
        // Then
        assertThat(binary).isEqualTo(plain);
        assertThat(structured).isEqualTo(plain);
        assertThat(json).isEqualTo(plain);
    }

    @Test
    void tellsKindsOfEqualBytesApart() {
        // When
        String text = labelled(record(KEY, utf8("{\"text\":\"a\",\"label\":\"wren\"}"))).sha256();
        String vector = labelled(record(KEY, utf8("{\"vector\":[1],\"label\":\"wren\"}"))).sha256();
        String otherVector = labelled(record(KEY, utf8("{\"vector\":[1.5],\"label\":\"wren\"}"))).sha256();
        // Then
        assertThat(text).isNotEqualTo(vector);
        assertThat(otherVector).isNotEqualTo(vector);
    }

    @Test
    void keepsTheDigestWhenOnlyTheLabelChanges() {
        // When
        SampleEvent.Labelled wren = labelled(record(KEY, utf8("a bird"), "label", "wren"));
        SampleEvent.Labelled robin = labelled(record(KEY, utf8("a bird"), "label", "robin"));
        // Then
        assertThat(robin.sha256()).isEqualTo(wren.sha256());
    }

    @Test
    void readsATombstoneNullOrEmptyWithoutALabel() {
        // When
        SampleEvent absent = codec.decode(record(KEY, null));
        SampleEvent empty = codec.decode(record(KEY, new byte[0], "content-type", "image/png"));
        // Then
        SampleEvent deleted = new SampleEvent.Deleted(SampleKey.parse(utf8(KEY)), Records.TIMESTAMP_MS);
        assertThat(absent).isEqualTo(deleted);
        assertThat(empty).isEqualTo(deleted);
    }

    @Test
    void refusesASampleWithoutALabel() {
        // When
        assertThatThrownBy(() -> codec.decode(record(KEY, utf8("a wren"))))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("SAMPLE_LABEL_MISSING"))
                .hasMessage("sample 'birds/wren-1' has no label (expected: header label or ce_label)");
    }

    @Test
    void refusesAnEmptyLabel() {
        // When
        assertThatThrownBy(() -> codec.decode(record(KEY, utf8("a wren"), "label", "")))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("SAMPLE_LABEL_INVALID"));
    }

    @Test
    void refusesAHeaderThatContradictsTheJson() {
        // Given
        byte[] json = utf8("{\"text\":\"a\",\"label\":\"wren\",\"split\":\"train\"}");
        // When
        assertThatThrownBy(() -> codec.decode(record(KEY, json, "label", "robin")))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("SAMPLE_CONTRADICTORY"))
                .hasMessage("sample has another label in its header than in its JSON");
        assertThatThrownBy(() -> codec.decode(record(KEY, json, "split", "validation")))
                .hasMessage("sample has another split in its header than in its JSON");
        assertThat(labelled(record(KEY, json, "label", "wren")).split()).isEqualTo(Optional.of(Split.TRAIN));
    }

    @Test
    void refusesAKeyBeforeItLooksAtTheValue() {
        // When
        assertThatThrownBy(() -> codec.decode(record("birds", null)))
                // Then
                .hasMessage("sample key 'birds' has no '/' (expected: task/sampleId)");
        assertThatThrownBy(() -> codec.decode(record(null, null))).hasMessage("sample has no key (expected: task/sampleId)");
    }

    private SampleEvent.Labelled labelled(ConsumerRecord<byte[], byte[]> record) {
        return (SampleEvent.Labelled) codec.decode(record);
    }
}
