package io.graft.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.problem.Problem;

/** Pickles that no {@code torch.save} of tensors writes. */
class PickleReaderTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;

    private TensorFile open(byte[] bytes) throws IOException {
        return TensorFile.of("weights file", FileChannel.open(Files.write(folder.resolve("file.pth"), bytes)));
    }

    @ParameterizedTest
    @CsvSource({ "os,system", "posix,system", "builtins,eval", "torch.serialization,load", "collections,defaultdict",
            "torch,ComplexFloatStorage", "torch,FloatStorage.__init__" })
    void refusesAPickleThatNamesWhatIsNotRead(String module, String name) {
        // Given
        byte[] pickle = instructions("\u0080\u0002c" + module + "\n" + name + "\n(X\4\0\0\0truetR.");
        // When // Then
        assertRefused(pickle, "weights file names '" + module + "." + name
                + "', which is not read (expected: tensors in dictionaries, as torch.save writes a state_dict)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', ignoreLeadingAndTrailingWhitespace = false, value = {
            "\u0080\u0002ctorch~FloatStorage~)R.|calls 'torch.FloatStorage' (expected: that it is only named)",
            "\u0080\u0002ccollections~OrderedDict~)\u0081.|has a pickle that makes an object of what is no module",
            "\u0080\u0004.|has a pickle of protocol 4 (expected: 2, as torch.save writes)",
            "\u0080\u0002|has a pickle that breaks off (expected: an end)",
            "\u0080\u0002.|has a pickle that takes a value where there is none",
            "\u0080\u0002}i|has a pickle with instruction 0x69 (expected: those of tensors)",
            "\u0080\u0002h\u0007.|has a pickle that refers to place 7 (expected: one that it has filled)",
            "\u0080\u0002t.|has a pickle that takes values up to a mark where there is none",
            "\u0080\u0002(}(K\u0001u.|has a pickle that puts into what is no dictionary, or a key without a value",
            "\u0080\u0002}N}s.|has a pickle with a dictionary whose key is no text (expected: names)",
            "\u0080\u0002X\u00ff\u00ff\u00ff\u007fa|has a pickle with a text of 2147483647 bytes (expected: at most 1, the rest)",
            "\u0080\u0002}.|has a pickle without named tensors (expected: a state_dict or a module)" })
    void refusesAPickleThatBreaksARule(String pickle, String sentence) {
        assertRefused(instructions(pickle.replace('~', '\n')), "weights file " + sentence);
    }

    @Test
    void refusesADictionaryThatContainsItself() {
        assertRefused(instructions("\u0080\u0002}q\0X\1\0\0\0ah\0s."), "weights file has more than 200000 values, or some more"
                + " than 32 deep (expected: no more)");
    }

    /** Each holds the one before twice: the 30th, a billion times the first. */
    @Test
    void refusesDictionariesThatMultiply() {
        // Given
        StringBuilder pickle = new StringBuilder("\u0080\u0002}q\0");
        for (char i = 1; i <= 30; i++) {
            pickle.append("}q").append(i).append("(X\1\0\0\0ah").append((char) (i - 1)).append("X\1\0\0\0bh")
                    .append((char) (i - 1)).append('u');
        }
        // When // Then
        assertRefused(instructions(pickle + "."), "weights file has more than 200000 values, or some more than 32 deep"
                + " (expected: no more)");
    }

    @Test
    void refusesMoreThanItsBounds() {
        assertRefused(instructions("\u0080\u0002" + "N".repeat(100_001)),
                "weights file has a pickle of more than 100000 values at once (expected: no more)");
        assertRefused(instructions("\u0080\u0002N" + "q\0".repeat(2_000_000)),
                "weights file has a pickle of more than 2000000 instructions (expected: no more)");
        assertRefused(instructions("\u0080\u0002c" + "a".repeat(600)),
                "weights file has a pickle with a name of more than 512 letters (expected: no more)");
    }

    private void assertRefused(byte[] pickle, String sentence) {
        byte[] archive = TorchFiles.archive(pickle, Map.of());
        assertThatThrownBy(() -> open(archive)).isInstanceOf(Problem.class).hasMessage(sentence);
    }

    private static byte[] instructions(String pickle) {
        return pickle.getBytes(StandardCharsets.ISO_8859_1);
    }
}
