package io.graft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.problem.Problem;

class SafetensorsTest {

    @Test
    void readsWhatItWrites() {
        // Given
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", new Tensor(List.of(2, 2), new float[] { 1, -2, 3.5f, Float.MIN_VALUE }));
        tensors.put("a", new Tensor(List.of(), new float[] { 7 }));
        // When
        Safetensors file = Safetensors.read("file", Safetensors.write(Map.of("made", "here é"), tensors));
        // Then
        assertThat(file.metadata()).containsExactly(Map.entry("made", "here é"));
        assertThat(file.names()).containsExactly("b", "a");
        assertThat(file.tensor("b").shape()).containsExactly(2, 2);
        assertThat(file.tensor("b").values()).containsExactly(1, -2, 3.5f, Float.MIN_VALUE);
        assertThat(file.tensor("a").values()).containsExactly(7);
    }

    @Test
    void alignsTheTensors() {
        byte[] file = Safetensors.write(Map.of(), Map.of("a", new Tensor(List.of(1), new float[] { 1 })));
        assertThat(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8).isZero();
    }

    @ParameterizedTest
    @CsvSource({ "0000,0", "8000,-0.0", "3C00,1", "C000,-2", "7BFF,65504", "0001,5.9604645e-8", "03FF,6.097555e-5",
            "0400,6.103515625e-5", "3555,0.333251953125", "7C00,Infinity", "FC00,-Infinity", "7E00,NaN" })
    void widensHalfPrecisionExactly(String bits, float expected) {
        Float widened = Numbers.ofHalf((short) Integer.parseInt(bits, 16));
        assertThat(widened).isEqualTo(Float.valueOf(expected));
    }

    @ParameterizedTest
    @CsvSource({ "F32,0000803F000000C0", "F16,003C00C0", "BF16,803F00C0", "F64,000000000000F03F00000000000000C0" })
    void readsNumbersOfEveryWidth(String dtype, String hex) {
        // Given
        byte[] data = HexFormat.of().parseHex(hex);
        // When
        Safetensors file = Safetensors.read("file", file(entry(dtype, "[2]", data.length), data));
        // Then
        assertThat(file.tensor("a").values()).containsExactly(1, -2);
    }

    @ParameterizedTest
    @CsvSource({ "I64,8", "I32,4", "I16,2", "I8,1", "U8,1", "BOOL,1" })
    void namesWholeNumbersAndDoesNotReadThem(String dtype, int sizeBytes) {
        // Given
        Safetensors file = Safetensors.read("file", file(entry(dtype, "[]", sizeBytes), new byte[sizeBytes]));
        // When // Then
        assertThat(file.names()).containsExactly("a");
        assertThatThrownBy(() -> file.tensor("a")).isInstanceOf(Problem.class)
                .hasMessage("file has tensor 'a' of dtype " + dtype + " (expected: F32, F16, BF16 or F64)");
    }

    @Test
    void refusesAnEmptyTensorOnlyWhereItIsNeeded() {
        // Given
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("a", new Tensor(List.of(1), new float[] { 5 }));
        tensors.put("empty", new Tensor(List.of(0, 3), new float[0]));
        tensors.put("b", new Tensor(List.of(1), new float[] { 6 }));
        // When
        Safetensors file = Safetensors.read("file", Safetensors.write(Map.of(), tensors));
        // Then
        assertThat(file.tensor("b").values()).containsExactly(6);
        assertThat(file.shape("empty")).containsExactly(0, 3);
        assertThatThrownBy(() -> file.tensor("empty")).isInstanceOf(Problem.class)
                .hasMessage("file has tensor 'empty' of shape [0, 3] (expected: 1 number or more)");
    }

    private static String entry(String dtype, String shape, int sizeBytes) {
        return "{'a':{'dtype':'" + dtype + "','shape':" + shape + ",'data_offsets':[0," + sizeBytes + "]}}";
    }

    @Test
    void refusesNumbersThatAreNotFinite() {
        // Given
        Safetensors file = Safetensors.read("head",
                file("{'a':{'dtype':'F16','shape':[2],'data_offsets':[0,4]}}", 0x00, 0x3C, 0x00, 0x7C));
        // When
        // Then
        assertThatThrownBy(() -> file.tensor("a")).isInstanceOf(Problem.class)
                .hasMessage("head has a[1] = Infinity (expected: a finite number)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "[]|head has a header that is not a JSON object",
            "{'a':1|head has a header that is not JSON: Unexpected end-of-input: expected close marker for Object (start marker at *",
            "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{}}|head has a header that is not JSON: Duplicate field 'a'",
            "{} {}|head has a header that is not JSON: Trailing token (of type START_OBJECT) found after value *",
            "{'a':[[[[[]]]]]}|head has a header that is not JSON: Document nesting depth (5) exceeds the maximum allowed (4, *",
            "{'__metadata__':{'a':1}}|head has __metadata__ 'a' that is not a string",
            "{'__metadata__':[]}|head has a __metadata__ that is not an object",
            "{'a':{'dtype':'F32','shape':[1]}}|head has tensor 'a' with fields [dtype, shape] (expected: [data_offsets, dtype, shape])",
            "{'a':{'dtype':'C64','shape':[2],'data_offsets':[0,4]}}|head has tensor 'a' of dtype 'C64' (expected: one of [F32, F16, BF16, F64, I64, I32, I16, I8, U8, BOOL])",
            "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}}|head has tensor 'a' whose shape is [1.5] (expected: whole numbers)",
            "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}|head has tensor 'a' whose shape is [-1] (expected: whole numbers)",
            "{'a':{'dtype':'F32','shape':[0],'data_offsets':[0,4]}}|head has tensor 'a' of [0] F32 in 4 bytes",
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}|head has tensor 'a' of [2] F32 in 4 bytes",
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}|head has tensor 'a' at [0, 8] (expected: within 4 bytes)",
            "{'a':{'dtype':'F32','shape':[65536,65536],'data_offsets':[0,4]}}|head has tensor 'a' of [65536, 65536] (expected: one in 4 bytes)",
            "{'a':{'dtype':'F16','shape':[1],'data_offsets':[0,2]}}|head has 4 bytes of data (expected: 2, as in its header)",
            "{'a':{'dtype':'F16','shape':[1],'data_offsets':[2,4]}}|head has tensor 'a' at 2 (expected: at 0, behind the one before)",
            "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F16','shape':[1],'data_offsets':[2,4]}}|head has tensor 'b' at 2 (expected: at 4, behind the one before)" })
    void refusesAHeaderThatBreaksARule(String header, String sentence) {
        // Given
        byte[] file = file(header, 0, 0, 0, 0);
        // When
        // Then
        assertThatThrownBy(() -> Safetensors.read("head", file)).isInstanceOf(Problem.class).message()
                .satisfies(message -> {
                    if (sentence.endsWith("*")) {
                        assertThat(message).startsWith(sentence.substring(0, sentence.length() - 1).strip());
                    } else {
                        assertThat(message).isEqualTo(sentence);
                    }
                });
    }

    @Test
    void refusesAHeaderLongerThanTheFile() {
        // Given
        byte[] file = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN).putLong(Long.MAX_VALUE).array();
        // When
        // Then
        assertThatThrownBy(() -> Safetensors.read("head", file)).isInstanceOf(Problem.class)
                .hasMessage("head has a header of 9223372036854775807 bytes (expected: 2 to 12)");
        assertThatThrownBy(() -> Safetensors.read("head", new byte[3])).isInstanceOf(Problem.class)
                .hasMessage("head has 3 bytes (expected: a safetensors file)");
    }

    @Test
    void refusesAHeaderThatIsNotUtf8() {
        // Given
        byte[] file = file("{'a\u00E9':1}", 0);
        file[8 + 4] = (byte) 0xFF;
        // When
        // Then
        assertThatThrownBy(() -> Safetensors.read("head", file)).isInstanceOf(Problem.class)
                .hasMessage("head has a header that is not UTF-8");
    }

    private static byte[] file(String header, int... data) {
        byte[] bytes = new byte[data.length];
        for (int i = 0; i < data.length; i++) {
            bytes[i] = (byte) data[i];
        }
        return file(header, bytes);
    }

    private static byte[] file(String header, byte[] data) {
        byte[] text = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(text.length).put(text).put(data).array();
    }
}
