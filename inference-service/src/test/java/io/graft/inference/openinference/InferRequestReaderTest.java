package io.graft.inference.openinference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import com.sun.management.ThreadMXBean;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

class InferRequestReaderTest {

    private static final byte[] JSON = """
            {"id": "7", "parameters": {"binary_data_output": true, "timeout": 2500},
             "inputs": [{"name": "x", "shape": [2, 1], "datatype": "BYTES", "parameters": {"binary_data_size": 11}}],
             "outputs": [{"name": "label", "parameters": {"binary_data": false}}]}""".getBytes(StandardCharsets.UTF_8);
    private static final int COUNT_MAX = 64;
    private static final byte[] BODY = ByteBuffer.allocate(JSON.length + 11).order(ByteOrder.LITTLE_ENDIAN).put(JSON).putInt(2)
            .put(new byte[] { 1, 2 }).putInt(1).put((byte) 3).array();

    @Test
    void readsTensorsBehindTheJson() {
        // When
        InferRequest request = InferRequestReader.read(BODY, OptionalInt.of(JSON.length), COUNT_MAX);

        // Then
        Tensor.Bytes tensor = (Tensor.Bytes) request.input();
        assertThat(tensor.elements()).containsExactly(new byte[] { 1, 2 }, new byte[] { 3 });
        assertThat(tensor.encoded()).isFalse();
        assertThat(request.timeout()).contains(Duration.ofNanos(2_500_000));
        assertThat(request.binaryOutput()).isTrue();
        assertThat(request.outputs().get(0).binary()).contains(false);
    }

    @Test
    void refusesBytesThatNoTensorClaims() {
        // Given
        byte[] longer = ByteBuffer.allocate(BODY.length + 1).put(BODY).array();

        // Then
        assertThatThrownBy(() -> InferRequestReader.read(longer, OptionalInt.of(JSON.length), COUNT_MAX))
                .isInstanceOf(Problem.class)
                .hasMessage("infer request has 1 bytes behind its last tensor");
        assertThatThrownBy(() -> InferRequestReader.read(JSON, OptionalInt.of(9999), COUNT_MAX)).isInstanceOf(Problem.class)
                .hasMessageContaining("has JSON of 9999 bytes, as its header says");
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"parameters\": {\"a\": [%s]}}", "{\"inputs\": [%s]}", "{\"inputs\": [{}], \"outputs\": [%s]}",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"BYTES\", \"shape\": [64], \"data\": [%s]}]}" })
    void buildsNothingOfAnArrayThatIsTooLong(String document) {
        // Given
        String element = document.contains("BYTES") ? "\"\"," : "{},";
        byte[] json = document.formatted(element.repeat(2_000_000) + element.substring(0, 2)).getBytes(StandardCharsets.UTF_8);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        // When
        assertThatThrownBy(() -> InferRequestReader.read(json, OptionalInt.empty(), COUNT_MAX)).isInstanceOf(Problem.class)
                .message().hasSizeLessThan(500);

        // Then
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4L * json.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            // tritonclient: InferInput and InferRequestedOutput with binary_data
            "{\"id\":\"\",\"inputs\":[{\"name\":\"INPUT0\",\"shape\":[1,3],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":12}}],\"outputs\":[{\"name\":\"label\",\"parameters\":{\"binary_data\":true}}]}",
            // mlserver: NumpyCodec
            "{\"parameters\":{\"content_type\":\"np\"},\"inputs\":[{\"name\":\"predict\",\"shape\":[1,3],\"datatype\":\"FP32\",\"parameters\":{\"content_type\":\"np\",\"headers\":{\"a\":[1]}},\"data\":[0.1,0.2,0.3]}]}",
            // kserve: InferRequest.to_rest()
            "{\"id\":\"9e3c\",\"inputs\":[{\"name\":\"input-0\",\"shape\":[1,3],\"datatype\":\"FP32\",\"data\":[[0.1,0.2,0.3]]}],\"model_name\":\"iris\"}" })
    void readsWhatKnownClientsWrite(String document) {
        // Given
        byte[] json = document.getBytes(StandardCharsets.UTF_8);
        byte[] body = document.contains("binary_data_size") ? Arrays.copyOf(json, json.length + 12) : json;

        // When
        InferRequest request = InferRequestReader.read(body, OptionalInt.of(json.length), COUNT_MAX);

        // Then
        assertThat(((Tensor.Numbers) request.input()).values()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "[1.5, 3] | shape", "[\"1\", 3] | shape", "[1, 99999999999] | shape" })
    void takesNoNumberForAnother(String shape, String field) {
        // Given
        byte[] json = ("{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": " + shape
                + ", \"data\": [1, 2, 3]}]}")
                .getBytes(StandardCharsets.UTF_8);

        // Then
        assertThatThrownBy(() -> InferRequestReader.read(json, OptionalInt.empty(), COUNT_MAX)).isInstanceOf(Problem.class)
                .hasMessageContaining(field);
    }

    @Test
    void survivesWhateverComes() {
        // Given
        Random random = new Random(1);
        int refusedCount = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] mutated = BODY.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(10) == 0 ? random.nextInt() : JSON.length;
            try {
                // When
                InferRequestReader.read(mutated, OptionalInt.of(length), COUNT_MAX);
            } catch (Problem e) {
                // Then
                assertThat(e.type()).isEqualTo(ProblemType.INVALID);
                refusedCount++;
            }
        }
        assertThat(refusedCount).isBetween(20_000, 99_999);
    }
}
