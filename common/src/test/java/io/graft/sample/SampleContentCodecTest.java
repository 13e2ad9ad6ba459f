package io.graft.sample;

import static io.graft.testing.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.problem.Problem;

class SampleContentCodecTest {

    private static final int BYTES_MAX = 1_000;
    private static final byte[] PNG = { (byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 1, 2, 3 };
    private static final byte[] JPEG = { (byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE0, 1, 2, 3 };
    private static final byte[] GIF = utf8("GIF89a-and-the-rest");

    private final SampleContentCodec codec = new SampleContentCodec(BYTES_MAX);

    @ParameterizedTest
    @ValueSource(strings = { "image/png", "image/jpeg", "image/x-anything", "", "application/octet-stream" })
    void tellsAnImageByItsBytesWhateverItsTypeSays(String type) {
        // When
        SampleContent png = parse(type, PNG);
        SampleContent jpeg = parse(type, JPEG);
        // Then
        assertThat(png).isInstanceOfSatisfying(SampleContent.Image.class, image -> {
            assertThat(image.format()).isEqualTo(ImageFormat.PNG);
            assertThat(image.bytes()).isEqualTo(PNG);
        });
        assertThat(jpeg).isInstanceOfSatisfying(SampleContent.Image.class,
                image -> assertThat(image.format()).isEqualTo(ImageFormat.JPEG));
    }

    @ParameterizedTest
    @ValueSource(strings = { "text/plain", "", "application/octet-stream" })
    void readsText(String type) {
        // When
        SampleContent content = parse(type, utf8("ein Zaunkönig 🐦"));
        // Then
        assertThat(content).isEqualTo(new SampleContent.Text("ein Zaunkönig 🐦"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "application/json", "", "application/octet-stream" })
    void readsAVector(String type) {
        // When
        SampleContent content = parse(type, utf8("{\"vector\":[1,-2.5,3e2]}"));
        // Then
        assertThat(content).isInstanceOfSatisfying(SampleContent.Vector.class,
                vector -> assertThat(vector.values()).containsExactly(1, -2.5f, 300));
    }

    @Test
    void readsAnImageTextLabelAndSplitOfJson() {
        // Given
        String json = "{\"image\":\"" + Base64.getEncoder().encodeToString(PNG)
                + "\",\"label\":\"wren\",\"split\":\"validation\"}";
        // When
        SampleContentCodec.Parsed parsed = codec.parse(Optional.of("application/json"), utf8(json));
        // Then
        assertThat(parsed.content().kind()).isEqualTo("image");
        assertThat(parsed.label()).contains(new Label("wren"));
        assertThat(parsed.split()).contains(Split.VALIDATION);
        assertThat(parse("application/json", utf8("{\"text\":\"a wren\"}"))).isEqualTo(new SampleContent.Text("a wren"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "image/gif", "image/jpeg" })
    void refusesAGifWhateverItIsCalled(String type) {
        // When
        assertThatThrownBy(() -> parse(type, GIF))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("SAMPLE_CONTENT_TYPE_UNSUPPORTED"))
                .hasMessage("sample of type '" + type + "' is none that can be read (expected: bytes of image/jpeg or "
                        + "image/png, text/plain, application/json)");
    }

    @Test
    void refusesAGifWithinJson() {
        // Given
        byte[] json = utf8("{\"image\":\"" + Base64.getEncoder().encodeToString(GIF) + "\"}");
        // When
        assertThatThrownBy(() -> parse("application/json", json))
                // Then
                .hasMessageStartingWith("sample of type 'base64 image' is none that can be read");
    }

    @Test
    void refusesATypeThatIsNotInTheContract() {
        // When
        assertThatThrownBy(() -> parse("application/xml", utf8("<bird/>")))
                // Then
                .hasMessageStartingWith("sample of type 'application/xml' is none that can be read");
    }

    @Test
    void refusesBytesThatAreNothing() {
        // When
        assertThatThrownBy(() -> parse("", new byte[] { (byte) 0xC3, 0x28 }))
                // Then
                .hasMessage("sample is neither JPEG, PNG, JSON nor UTF-8 text");
        assertThatThrownBy(() -> parse("text/plain", PNG)).isInstanceOf(Problem.class);
    }

    @Test
    void boundsTheSize() {
        // Given
        byte[] largest = utf8("a".repeat(BYTES_MAX));
        // When
        SampleContent content = parse("text/plain", largest);
        // Then
        assertThat(content.kind()).isEqualTo("text");
        assertThatThrownBy(() -> parse("", new byte[BYTES_MAX + 1]))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("SAMPLE_TOO_LARGE"))
                .hasMessage("sample has 1001 bytes (expected: at most 1000)");
        assertThatThrownBy(() -> parse("text/plain", new byte[0]))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("SAMPLE_EMPTY"))
                .hasMessage("sample has no bytes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{}                                   | sample has 0 of the fields text, image and vector (expected: exactly one)",
            "{\"text\":\"a\",\"vector\":[1]}      | sample has 2 of the fields text, image and vector (expected: exactly one)",
            "{\"text\":null}                      | sample has 0 of the fields text, image and vector (expected: exactly one)",
            "{\"image\":\"*\"}                    | sample field 'image' is not base64",
            "{\"vector\":[]}                      | vector has 0 numbers (expected: 1 to 65536)",
            "{\"vector\":[0,1e39]}                | vector[1] is Infinity (expected: a finite number)",
            "{\"text\":\"a\",\"lable\":\"wren\"}  | sample has the unknown field 'lable' (expected: [image, label, split, text, vector])",
            "{\"text\":\"a\",\"label\":\"\"}      | label of 0 characters is not valid (expected: 1 to 200 characters, not blank, no control characters)",
            "{\"text\":\"a\",\"split\":\"test\"}  | split 'test' is not valid (expected: train or validation)" })
    void refusesJsonByTheNameOfItsField(String json, String message) {
        // When
        assertThatThrownBy(() -> parse("application/json", utf8(json)))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"vector\":[NaN]}", "{\"vector\":[1,null]}", "{\"vector\":[\"1\"]}", "{\"vector\":\"1\"}",
            "{\"vector\":1}", "{\"vector\":[[1]]}", "{\"vector\":[true]}", "{\"text\":5}", "{\"text\":[\"a\"]}",
            "{\"text\":\"a\",\"label\":5}", "[]", "{\"text\":\"a\"} x", "{\"text\":\"a\",\"text\":\"b\"}" })
    void refusesJsonOfAnotherType(String json) {
        // When
        assertThatThrownBy(() -> parse("application/json", utf8(json)))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("SAMPLE_JSON_INVALID"))
                .hasMessageStartingWith("sample ");
    }

    private SampleContent parse(String type, byte[] body) {
        return codec.parse(Optional.of(type).filter(declared -> !declared.isEmpty()), body).content();
    }
}
