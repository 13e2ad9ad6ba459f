package io.graft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

class TorchFileTest {

    private static final int MUTATIONS = 20_000;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    @BeforeEach
    void fill() {
        tensors.put("conv1.weight", new Tensor(List.of(2, 2), new float[] { 1, -2, 3.5f, Float.MIN_VALUE }));
        tensors.put("layer1.0.bn1.bias", new Tensor(List.of(3), new float[] { 7, 8, 9 }));
    }

    private TensorFile open(byte[] bytes) throws IOException {
        return TensorFile.of("weights file", FileChannel.open(Files.write(folder.resolve("file.pth"), bytes)));
    }

    @Test
    void readsAStateDictThatTorchSaved() throws IOException {
        // When
        try (TensorFile file = open(TorchFiles.stateDict(tensors))) {
            // Then
            assertThat(file.names()).containsExactly("conv1.weight", "layer1.0.bn1.bias");
            assertThat(file.metadata()).isEmpty();
            assertThat(file.tensor("conv1.weight").shape()).containsExactly(2, 2);
            assertThat(file.tensor("conv1.weight").values()).containsExactly(1, -2, 3.5f, Float.MIN_VALUE);
            assertThat(file.tensor("layer1.0.bn1.bias").values()).containsExactly(7, 8, 9);
            assertThatThrownBy(() -> file.tensor("fc.weight")).isInstanceOf(Problem.class)
                    .hasMessage("weights file has no tensor 'fc.weight'");
        }
    }

    @Test
    void readsTheParametersOfATorchScriptArchiveAndNotItsCode() throws IOException {
        // When
        try (TensorFile file = open(TorchFiles.torchScript(tensors))) {
            // Then
            assertThat(file.names()).containsExactlyInAnyOrder("conv1.weight", "layer1.0.bn1.bias");
            assertThat(file.tensor("layer1.0.bn1.bias").values()).containsExactly(7, 8, 9);
        }
    }

    @Test
    void readsAStateDictFromBeforeThereWereArchives() throws IOException {
        // When
        try (TensorFile file = open(TorchFiles.oldStateDict(tensors))) {
            // Then
            assertThat(file.names()).containsExactly("conv1.weight", "layer1.0.bn1.bias");
            assertThat(file.tensor("layer1.0.bn1.bias").values()).containsExactly(7, 8, 9);
            assertThat(file.tensor("conv1.weight").values()).containsExactly(1, -2, 3.5f, Float.MIN_VALUE);
        }
        byte[] cut = TorchFiles.oldStateDict(tensors);
        assertThatThrownBy(() -> open(Arrays.copyOf(cut, cut.length - 1))).isInstanceOf(Problem.class)
                .hasMessage("weights file has storage 1 of another size (expected: 3 numbers of torch.FloatStorage)");
    }

    @Test
    void readsASafetensorsFileLikewise() throws IOException {
        try (TensorFile file = open(Safetensors.write(Map.of("made", "here"), tensors))) {
            assertThat(file.metadata()).containsEntry("made", "here");
            assertThat(file.tensor("layer1.0.bn1.bias").values()).containsExactly(7, 8, 9);
        }
    }

    @ParameterizedTest
    @CsvSource({ "FloatStorage,0000803F000000C0", "HalfStorage,003C00C0", "BFloat16Storage,803F00C0",
            "DoubleStorage,000000000000F03F00000000000000C0" })
    void readsNumbersOfEveryWidth(String storage, String hex) throws IOException {
        // Given
        byte[] bytes = TorchFiles.single(storage, 2, List.of(2), HexFormat.of().parseHex(hex));
        // When
        try (TensorFile file = open(bytes)) {
            // Then
            assertThat(file.tensor("t").values()).containsExactly(1, -2);
        }
    }

    @ParameterizedTest
    @CsvSource({ "LongStorage,8", "IntStorage,4", "ShortStorage,2", "CharStorage,1", "ByteStorage,1", "BoolStorage,1" })
    void namesWholeNumbersAndDoesNotReadThem(String storage, int sizeBytes) throws IOException {
        for (boolean old : new boolean[] { false, true }) {
            byte[] bytes = TorchFiles.single(storage, 1, List.of(), List.of(), new byte[sizeBytes], old);
            try (TensorFile file = open(bytes)) {
                assertThat(file.names()).containsExactly("t");
                assertThat(file.shape("t")).isEmpty();
                assertThatThrownBy(() -> file.tensor("t")).isInstanceOf(Problem.class).hasMessage("weights file has tensor 't'"
                        + " of torch." + storage + " (expected: numbers with a fraction, of 16, 32 or 64 bits)");
            }
        }
    }

    /** In the old form the optimizer's storages lie between those of the weights. */
    @ParameterizedTest
    @CsvSource({ "state_dict,false", "state_dict,true", "model_state_dict,false", "model_state_dict,true", "model,false",
            "model,true" })
    void takesTheWeightsOfACheckpointAndNothingElse(String name, boolean old) throws IOException {
        try (TensorFile file = open(TorchFiles.checkpoint(name, tensors, old))) {
            assertThat(file.names()).containsExactly("conv1.weight", "layer1.0.bn1.bias");
            assertThat(file.tensor("conv1.weight").values()).containsExactly(1, -2, 3.5f, Float.MIN_VALUE);
            assertThat(file.tensor("layer1.0.bn1.bias").values()).containsExactly(7, 8, 9);
        }
    }

    @Test
    void refusesAnEmptyTensorOnlyWhereItIsNeeded() throws IOException {
        // Given
        tensors.put("empty", new Tensor(List.of(0, 3), new float[0]));
        for (byte[] bytes : List.of(TorchFiles.stateDict(tensors), TorchFiles.oldStateDict(tensors))) {
            // When
            try (TensorFile file = open(bytes)) {
                // Then
                assertThat(file.tensor("layer1.0.bn1.bias").values()).containsExactly(7, 8, 9);
                assertThatThrownBy(() -> file.tensor("empty")).isInstanceOf(Problem.class)
                        .hasMessage("weights file has tensor 'empty' of shape [0, 3] (expected: 1 to 2147483647 numbers)");
            }
        }
    }

    @Test
    void refusesAndNamesATensorThatDoesNotLieInOrder() throws IOException {
        byte[] transposed = TorchFiles.single("FloatStorage", 6, List.of(3, 2), List.of(1, 3), new byte[24], false);
        try (TensorFile file = open(transposed)) {
            assertThatThrownBy(() -> file.tensor("t")).isInstanceOf(Problem.class).hasMessage("weights file has tensor 't' of"
                    + " shape [3, 2] and strides [1, 3] (expected: numbers that lie one behind the other, as contiguous()"
                    + " makes them)");
        }
    }

    @Test
    void refusesAnOldFileWhoseStoragesAreNotThoseOfItsPickle() {
        // Given
        byte[] file = TorchFiles.oldStateDict(tensors);
        byte[] listed = new String(file, StandardCharsets.ISO_8859_1)
                .replaceFirst("(?s)(.*)X\u0001\0\0\0001", "$1X\u0001\0\0\0007")
                .getBytes(StandardCharsets.ISO_8859_1);
        // When // Then
        assertThatThrownBy(() -> open(listed)).isInstanceOf(Problem.class).hasMessage("weights file lists a storage that its"
                + " pickle does not name (expected: those that it names)");
    }

    @Test
    void refusesAnOldFileThatSaysTwoThingsOfAStorage() {
        // Given
        byte[] file = TorchFiles.oldStateDict(tensors);
        byte[] same = new String(file, StandardCharsets.ISO_8859_1).replaceFirst("X\u0001\0\0\0001", "X\u0001\0\0\0000")
                .getBytes(StandardCharsets.ISO_8859_1);
        // When // Then
        assertThatThrownBy(() -> open(same)).isInstanceOf(Problem.class).hasMessage("weights file has storage 0 with 4 numbers"
                + " of torch.FloatStorage and with 3 of torch.FloatStorage (expected: the same)");
    }

    @Test
    void refusesNumbersThatAreNotFinite() throws IOException {
        byte[] large = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(1e300).array();
        try (TensorFile file = open(TorchFiles.single("DoubleStorage", 1, List.of(1), large))) {
            assertThatThrownBy(() -> file.tensor("t")).isInstanceOf(Problem.class)
                    .hasMessage("weights file has t[0] = Infinity (expected: a finite number)");
        }
    }

    @Test
    void refusesAStorageOfAnotherSizeThanThePickleSays() throws IOException {
        try (TensorFile file = open(TorchFiles.single("FloatStorage", 2, List.of(2), new byte[4]))) {
            assertThatThrownBy(() -> file.tensor("t")).isInstanceOf(Problem.class).hasMessage(
                    "weights file has storage data/0 of 4 bytes (expected: 2 numbers of torch.FloatStorage)");
        }
    }

    @Test
    void refusesATensorLargerThanItsStorage() throws IOException {
        try (TensorFile file = open(TorchFiles.single("FloatStorage", 3, List.of(2, 2), new byte[12]))) {
            assertThatThrownBy(() -> file.tensor("t")).isInstanceOf(Problem.class).hasMessage("weights file has tensor 't' of"
                    + " shape [2, 2] at 0 (expected: within the 3 numbers of its storage)");
        }
    }

    /** A deflated entry may be a thousand times as large as the file. */
    @Test
    void refusesACompressedArchive() throws IOException {
        // Given
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(new byte[1 << 20]);
        }
        // When // Then
        assertThatThrownBy(() -> open(archive.toByteArray())).isInstanceOf(Problem.class)
                .hasMessage("weights file has data.pkl compressed (expected: stored, as torch.save writes)");
    }

    @Test
    void refusesAnArchiveOfSomethingElse() throws IOException {
        // Given
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.putNextEntry(new ZipEntry("readme.txt"));
        }
        // When // Then
        assertThatThrownBy(() -> open(archive.toByteArray())).isInstanceOf(Problem.class)
                .hasMessage("weights file is an archive with no data.pkl (expected: one, as torch.save writes)");
        assertThatThrownBy(() -> open(Arrays.copyOf(archive.toByteArray(), 30))).isInstanceOf(Problem.class)
                .hasMessageStartingWith("weights file is no readable archive: ");
    }

    /** Whatever the bytes are: tensors or a problem. A fixed seed; a failure prints the bytes. */
    @Test
    void survivesMutatedFiles() throws IOException {
        // Given
        List<byte[]> valid = List.of(TorchFiles.stateDict(tensors), TorchFiles.torchScript(tensors),
                TorchFiles.oldStateDict(tensors));
        Random random = new Random(20_240_501);
        int taken = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = valid.get(i % valid.size()).clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                int at = random.nextInt(bytes.length);
                switch (random.nextInt(4)) {
                    case 0 -> bytes[at] = (byte) random.nextInt(256);
                    case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                    case 2 -> bytes[at] = bytes[random.nextInt(bytes.length)];
                    default -> bytes = random.nextInt(20) == 0 ? Arrays.copyOf(bytes, 1 + at) : bytes;
                }
            }
            // When
            taken += isTaken(bytes) ? 1 : 0;
        }
        // Then: both answers occur
        assertThat(taken).isBetween(MUTATIONS / 100, MUTATIONS * 99 / 100);
    }

    private boolean isTaken(byte[] bytes) throws IOException {
        try (TensorFile file = open(bytes)) {
            file.names().forEach(file::tensor);
            return true;
        } catch (Problem e) {
            if (e.type() != ProblemType.INVALID || e.sentence().length() > 2_000) {
                throw new AssertionError("not a sentence for whoever wrote it", e);
            }
            return false;
        } catch (RuntimeException | Error e) {
            throw new AssertionError("not a problem for: " + HexFormat.of().formatHex(bytes), e);
        }
    }
}
