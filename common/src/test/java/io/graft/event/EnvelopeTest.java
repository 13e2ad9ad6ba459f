package io.graft.event;

import static io.graft.testing.Records.record;
import static io.graft.testing.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.problem.Problem;

class EnvelopeTest {

    private static final String STRUCTURED = "application/cloudevents+json";

    @Test
    void opensAPlainRecord() {
        // When
        Envelope envelope = Envelope.open(record("k", utf8("hello"), "label", "wren", "Content-Type", "text/plain"));
        // Then
        assertThat(envelope.attribute("label")).contains("wren");
        assertThat(envelope.contentType()).contains("text/plain");
        assertThat(envelope.body()).isEqualTo(utf8("hello"));
        assertThat(envelope.isTombstone()).isFalse();
    }

    @Test
    void opensARecordWithoutHeaders() {
        // When
        Envelope envelope = Envelope.open(record("k", utf8("{}")));
        // Then
        assertThat(envelope.attribute("label")).isEmpty();
        assertThat(envelope.contentType()).isEmpty();
    }

    @Test
    void opensABinaryCloudEvent() {
        // When
        Envelope envelope = Envelope.open(record("k", utf8("hello"), "ce_specversion", "1.0", "ce_id", "1", "ce_type", "sample",
                "ce_source", "/camera", "ce_label", "wren", "content-type", "text/plain; charset=utf-8"));
        // Then
        assertThat(envelope.attribute("label")).contains("wren");
        assertThat(envelope.contentType()).contains("text/plain");
        assertThat(envelope.body()).isEqualTo(utf8("hello"));
    }

    @Test
    void takesThePlainHeaderBeforeTheExtension() {
        // When
        Envelope envelope = Envelope.open(record("k", utf8("x"), "ce_label", "robin", "label", "wren", "ce_split", "train"));
        // Then
        assertThat(envelope.attribute("label")).contains("wren");
        assertThat(envelope.attribute("split")).contains("train");
    }

    @Test
    void opensAStructuredCloudEventWithBase64() {
        // When
        Envelope envelope = Envelope.open(structured("""
                {"specversion":"1.0","id":"1","source":"/camera","type":"sample","label":"wren","weight":3,
                 "datacontenttype":"IMAGE/PNG; q=1","data_base64":"AAH/"}"""));
        // Then
        assertThat(envelope.body()).containsExactly(0, 1, 0xFF);
        assertThat(envelope.contentType()).contains("image/png");
        assertThat(envelope.attribute("label")).contains("wren");
        assertThat(envelope.attribute("weight")).contains("3");
        assertThat(envelope.attribute("data_base64")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"data\":{\"text\":\"hi\"}                                   | {\"text\":\"hi\"} | application/json",
            "\"datacontenttype\":\"application/json\",\"data\":\"hi\"     | \"hi\"            | application/json",
            "\"datacontenttype\":\"application/x+json\",\"data\":[1, 2]   | [1,2]             | application/x+json",
            "\"datacontenttype\":\"text/plain\",\"data\":\"hi\"           | hi                | text/plain",
            "\"data\":\"hi\"                                              | \"hi\"            | application/json" })
    void opensAStructuredCloudEventWithData(String fields, String body, String contentType) {
        // When
        Envelope envelope = Envelope.open(structured("{\"specversion\":\"1.0\"," + fields + "}"));
        // Then
        assertThat(envelope.body()).isEqualTo(utf8(body));
        assertThat(envelope.contentType()).contains(contentType);
    }

    @Test
    void takesTheHeaderBeforeTheStructuredAttribute() {
        // When
        Envelope envelope = Envelope.open(record("k", utf8("""
                {"specversion":"1.0","label":"robin","data":{}}"""), "content-type", STRUCTURED + "; charset=UTF-8", "label",
                "wren"));
        // Then
        assertThat(envelope.attribute("label")).contains("wren");
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"specversion\":\"1.0\"}", "{\"specversion\":\"1.0\",\"data\":null}",
            "{\"specversion\":\"1.0\",\"data_base64\":null,\"label\":null}", "" })
    void readsAStructuredCloudEventWithoutContentAsTombstone(String event) {
        // When
        Envelope envelope = Envelope.open(structured(event));
        // Then
        assertThat(envelope.isTombstone()).isTrue();
        assertThat(envelope.body()).isEmpty();
        assertThat(envelope.attribute("label")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"id\":\"1\"}                                              | structured CloudEvent has no specversion (expected: 1.0)",
            "{\"specversion\":1.0}                                       | structured CloudEvent has no specversion (expected: 1.0)",
            "{\"specversion\":\"0.3\"}                                   | CloudEvent specversion is '0.3' (expected: 1.0)",
            "{\"specversion\":\"1.0\",\"data_base64\":\"*\"}             | structured CloudEvent data_base64 is not base64",
            "{\"specversion\":\"1.0\",\"data_base64\":12}                | structured CloudEvent data_base64 is not text",
            "{\"specversion\":\"1.0\",\"data_base64\":\"\",\"data\":{}}  | structured CloudEvent has data and data_base64 (expected: one of them)",
            "null                                                        | structured CloudEvent is null (expected: a JSON object)" })
    void refusesWhatOnlyClaimsToBeACloudEvent(String event, String message) {
        // When
        assertThatThrownBy(() -> Envelope.open(structured(event)))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("CLOUD_EVENT_INVALID"))
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"specversion\":\"1.0\"", "[]", "1", "{\"specversion\":\"1.0\"}{}",
            "{\"specversion\":\"1.0\",\"specversion\":\"1.0\"}" })
    void refusesBrokenJson(String event) {
        // When
        assertThatThrownBy(() -> Envelope.open(structured(event)))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("CLOUD_EVENT_INVALID"))
                .hasMessageStartingWith("structured CloudEvent");
    }

    @Test
    void refusesABinaryCloudEventOfAnotherSpecification() {
        // When
        assertThatThrownBy(() -> Envelope.open(record("k", utf8("x"), "ce_specversion", "2.0")))
                // Then
                .hasMessage("CloudEvent specversion is '2.0' (expected: 1.0)");
    }

    @Test
    void refusesAHeaderThatIsNotTextOnlyWhenItIsAskedFor() {
        // Given
        ConsumerRecord<byte[], byte[]> record = record("k", utf8("x"), "split", "train");
        record.headers().add("label", new byte[] { (byte) 0xC3, 0x28 }).add("trace", new byte[] { (byte) 0xFF });
        // When
        Envelope envelope = Envelope.open(record);
        // Then
        assertThat(envelope.attribute("split")).contains("train");
        assertThatThrownBy(() -> envelope.attribute("label"))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("HEADER_INVALID"))
                .hasMessage("header 'label' is not UTF-8");
    }

    @Test
    void passesOverHeadersOfAnEarlierDeadLetterAndHeadersWithoutAValue() {
        // Given
        ConsumerRecord<byte[], byte[]> record = record("k", utf8("x"), "dead-letter-code", "SAMPLE_LABEL_MISSING");
        record.headers().add("label", null);
        // When
        Envelope envelope = Envelope.open(record);
        // Then
        assertThat(envelope.attribute("dead-letter-code")).isEmpty();
        assertThat(envelope.attribute("label")).isEmpty();
    }

    private static ConsumerRecord<byte[], byte[]> structured(String event) {
        return record("k", utf8(event), "content-type", STRUCTURED);
    }
}
