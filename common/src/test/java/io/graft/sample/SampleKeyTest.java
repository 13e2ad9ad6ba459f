package io.graft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.testing.Records;

class SampleKeyTest {

    @Test
    void readsTaskAndSampleId() {
        // When
        SampleKey key = SampleKey.parse(Records.utf8("birds/a.B:1_2-3"));
        // Then
        assertThat(key).isEqualTo(new SampleKey(new TaskId("birds"), new SampleId("a.B:1_2-3")));
        assertThat(key.toBytes()).isEqualTo(Records.utf8("birds/a.B:1_2-3"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "birds          | SAMPLE_KEY_INVALID | sample key 'birds' has no '/' (expected: task/sampleId)",
            "birds/         | SAMPLE_ID_INVALID  | sampleId '' is not valid (expected: [A-Za-z0-9._:-]{1,200})",
            "/wren          | TASK_INVALID       | task '' is not valid (expected: [a-z0-9][a-z0-9-]{0,62})",
            "../etc/passwd  | TASK_INVALID       | task '..' is not valid (expected: [a-z0-9][a-z0-9-]{0,62})",
            "birds/../other | SAMPLE_ID_INVALID  | sampleId '../other' is not valid (expected: [A-Za-z0-9._:-]{1,200})" })
    void refusesAKeyByTheNameOfItsPart(String key, String code, String message) {
        // When
        assertThatThrownBy(() -> SampleKey.parse(Records.utf8(key)))
                // Then
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo(code))
                .hasMessage(message);
    }

    @Test
    void refusesARecordWithoutAKey() {
        // When
        assertThatThrownBy(() -> SampleKey.parse(null))
                // Then
                .hasMessage("sample has no key (expected: task/sampleId)");
        assertThatThrownBy(() -> SampleKey.parse(new byte[0])).hasMessage("sample has no key (expected: task/sampleId)");
    }

    @Test
    void refusesAKeyThatIsNotUtf8() {
        // When
        assertThatThrownBy(() -> SampleKey.parse(new byte[] { 'a', '/', (byte) 0xC3 }))
                // Then
                .hasMessage("sample key is not UTF-8 (expected: task/sampleId)");
    }
}
