package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;

class TorchProgramTest {

    private static TorchProgram program;

    @BeforeAll
    static void load() {
        program = TorchProgram.load("AffineProgram", Placement.choose("auto", "float32"));
    }

    @AfterAll
    static void close() {
        program.close();
    }

    @Test
    void computesOnBytesWithWeightsOfAnotherScope() {
        try (TorchScope weights = program.openScope(); TorchScope batch = program.openScope()) {
            // Given
            TorchValue scales = weights.list(List.of(weights.float32(new float[] { 1, 10, 100 }, 3)));
            ByteBuffer bytes = ByteBuffer.allocateDirect(6).put(new byte[] { 1, 2, 3, 4, 5, (byte) 255 }).flip();
            // When
            TorchValue y = batch.run("affine", batch.uint8View(bytes, 2, 3), scales, batch.number(0.5));
            // Then
            assertThat(y.shape()).containsExactly(2, 3);
            assertThat(y.toFloats()).containsExactly(1.5f, 20.5f, 300.5f, 4.5f, 50.5f, 25500.5f);
        }
    }

    @Test
    void copiesWhatItIsGiven() {
        try (TorchScope scope = program.openScope()) {
            // Given
            TorchValue first = scope.float32(new float[] { 1, 2 }, 2);
            TorchValue second = scope.float32(new float[] { 3, 4 }, 2);
            // When
            List<TorchValue> halves = scope.elements(scope.run("split", first, scope.integer(1)));
            // Then
            assertThat(halves).extracting(half -> half.toFloats()[0]).containsExactly(1f, 2f);
            assertThat(second.toFloats()).containsExactly(3f, 4f);
        }
    }

    @Test
    void saysWhichMethodFailed() {
        try (TorchScope scope = program.openScope()) {
            // Given
            TorchValue notSquare = scope.float32(new float[6], 2, 3);
            // When
            // Then
            assertThatThrownBy(() -> scope.run("fail", notSquare)).isInstanceOf(Problem.class)
                    .hasMessageStartingWith("program AffineProgram failed in fail: ")
                    .hasMessageContaining("mat1 and mat2 shapes cannot be multiplied");
        }
    }

    @Test
    void lacksNativeMemoryAsJavaLacksItsOwn() {
        try (TorchScope scope = program.openScope()) {
            // Given: more bytes than addresses
            TorchValue count = scope.integer(1L << 50);
            // When
            // Then
            assertThatThrownBy(() -> scope.run("grab", count)).isInstanceOf(OutOfMemoryError.class)
                    .hasMessageStartingWith("program AffineProgram failed in grab: ");
            assertThat(scope.run("grab", scope.integer(1)).toFloats()).containsExactly(0);
        }
    }

    @Test
    void refusesAProgramWithoutText() {
        // Given
        Placement cpu = Placement.choose("cpu", "float32");
        // When
        // Then
        assertThatThrownBy(() -> TorchProgram.load("Missing", cpu)).isInstanceOf(Problem.class)
                .hasMessage("program Missing has no Missing.py beside it");
    }
}
