package io.graft.inference.openinference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

class InferRequestReaderTest {

    private static final byte[] JSON = """
            {"id": "7", "parameters": {"binary_data_output": true, "timeout": 2500},
             "inputs": [{"name": "x", "shape": [2, 1], "datatype": "BYTES", "parameters": {"binary_data_size": 11}}],
             "outputs": [{"name": "label", "parameters": {"binary_data": false}}]}""".getBytes(StandardCharsets.UTF_8);
    private static final byte[] BODY = ByteBuffer.allocate(JSON.length + 11).order(ByteOrder.LITTLE_ENDIAN).put(JSON).putInt(2)
            .put(new byte[] { 1, 2 }).putInt(1).put((byte) 3).array();

    @Test
    void readsTensorsBehindTheJson() {
        // When
        InferRequest request = InferRequestReader.read(BODY, OptionalInt.of(JSON.length));

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
        assertThatThrownBy(() -> InferRequestReader.read(longer, OptionalInt.of(JSON.length))).isInstanceOf(Problem.class)
                .hasMessage("infer request has 1 bytes behind its last tensor");
        assertThatThrownBy(() -> InferRequestReader.read(JSON, OptionalInt.of(9999))).isInstanceOf(Problem.class)
                .hasMessageContaining("has JSON of 9999 bytes, as its header says");
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
                InferRequestReader.read(mutated, OptionalInt.of(length));
            } catch (Problem e) {
                // Then
                assertThat(e.type()).isEqualTo(ProblemType.INVALID);
                refusedCount++;
            }
        }
        assertThat(refusedCount).isBetween(20_000, 99_999);
    }
}
