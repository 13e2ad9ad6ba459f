package io.graft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.event.Json;
import io.graft.id.SampleId;
import io.graft.problem.Problem;

class SampleSketchTest {

    @ParameterizedTest
    @CsvSource({ "1, 0.001", "10, 0.02", "1000, 0.015", "50000, 0.012", "100000, 0.09", "200000, 0.31" })
    void findsEverySampleAndFewOthers(int sampleCount, double shareMax) {
        // Given
        List<SampleId> samples = ids("seen-", sampleCount);

        // When
        Predicate<SampleId> membership = SampleSketch.of(samples).membership();

        // Then
        assertThat(samples).allMatch(membership);
        long mistakes = ids("other-", 20_000).stream().filter(membership).count();
        assertThat(mistakes / 20_000.0).isLessThan(shareMax);
    }

    @Test
    void holdsNothingWithoutSamples() {
        assertThat(ids("s", 100)).noneMatch(SampleSketch.of(List.of()).membership());
    }

    @Test
    void staysSmall() {
        // When
        SampleSketch sketch = SampleSketch.of(ids("s", 300_000));

        // Then
        assertThat(sketch.bitCount()).isEqualTo(SampleSketch.BIT_COUNT_MAX);
        assertThat(Base64.getDecoder().decode(sketch.data())).hasSize(65_536);
        assertThat(sketch.hashCount()).isEqualTo(1);
    }

    @Test
    void isTheSameInAnotherProgram() {
        // The bits as Python computes them: hashlib.sha256(b"wren-1"), two big-endian longs, the second made odd.
        assertThat(SampleSketch.of(List.of(new SampleId("wren-1"))))
                .isEqualTo(new SampleSketch("bloom", 64, 7, "ABABIAJAAIg="));
    }

    @Test
    void survivesJson() {
        // Given
        SampleSketch sketch = SampleSketch.of(ids("s", 20));

        // Then
        assertThat(Json.readLenient(Json.write(sketch), SampleSketch.class, "X_INVALID", "sketch")).isEqualTo(sketch);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "cuckoo|64|7|AAAAAAAAAAA=|sample sketch has format 'cuckoo' (expected: bloom)",
            "bloom|0|7|''|sample sketch has bitCount 0 (expected: a multiple of 8 up to 524288)",
            "bloom|60|7|AAAAAAAAAAA=|sample sketch has bitCount 60 (expected: a multiple of 8 up to 524288)",
            "bloom|2000000000|7|AAAA|sample sketch has bitCount 2000000000 (expected: a multiple of 8 up to 524288)",
            "bloom|64|8|AAAAAAAAAAA=|sample sketch has hashCount 8 (expected: 1 to 7)",
            "bloom|64|0|AAAAAAAAAAA=|sample sketch has hashCount 0 (expected: 1 to 7)",
            "bloom|64|7|AAAA|sample sketch has data of 4 characters (expected: the base64 of 8 bytes)",
            "bloom|64|7|AAAAAAAAAAAA|sample sketch has data of 9 bytes (expected: 8 bytes)",
            "bloom|64|7|AAAA!AAAAAA=|sample sketch has data that is no base64: Illegal base64 character 21" })
    void refusesWhatIsNoSketch(String format, int bitCount, int hashCount, String data, String message) {
        assertThatThrownBy(() -> new SampleSketch(format, bitCount, hashCount, data)).isInstanceOf(Problem.class)
                .hasMessage(message);
    }

    private static List<SampleId> ids(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(number -> new SampleId(prefix + number)).toList();
    }
}
