package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.backbone.HeadProgram;
import io.graft.event.Json;
import io.graft.head.Head;
import io.graft.model.ClassWeights;
import io.graft.model.EpochResult;
import io.graft.model.Recipe;
import io.graft.testing.SharedFolder;

/** The textbook recipe against PyTorch's own {@code nn.Linear}, {@code SGD} and {@code StepLR}, given its random numbers. */
class GoldenRecipeTest {

    private static final Offset<Float> WEIGHT_TOLERANCE = within(1e-4f);
    private static final Offset<Double> LOSS_TOLERANCE = within(1e-4);

    @ParameterizedTest
    @ValueSource(strings = { "small", "wide" })
    void trainsAsPyTorchDoes(String name) throws IOException {
        // Given
        JsonNode golden = Json.LENIENT.readTree(SharedFolder.require("golden/recipe/" + name + ".json").toFile());
        try (HeadProgram program = HeadProgram.load()) {
            // When
            Attempt best = descend(program, name, golden, true);
            Attempt last = descend(program, name, golden, false);
            // Then
            assertThat(best.epochs()).hasSameSizeAs(golden.get("epochs"));
            for (EpochResult result : best.epochs()) {
                assertEpoch(result, golden.get("epochs").get(result.epoch() - 1));
            }
            assertThat(parameters(best.head()))
                    .containsExactly(SharedFolder.floats("golden/recipe/" + name + "-best.f32"), WEIGHT_TOLERANCE);
            assertThat(parameters(last.head()))
                    .containsExactly(SharedFolder.floats("golden/recipe/" + name + "-final.f32"), WEIGHT_TOLERANCE);
        }
    }

    private static void assertEpoch(EpochResult result, JsonNode expected) {
        assertThat(result.learningRate()).isCloseTo(expected.get("learningRate").asDouble(), within(1e-12));
        assertThat(result.trainLoss()).isCloseTo(expected.get("trainLoss").asDouble(), LOSS_TOLERANCE);
        assertThat(result.trainAccuracy()).isCloseTo(expected.get("trainAccuracy").asDouble(), within(1e-6));
        assertThat(result.validationLoss().orElseThrow()).isCloseTo(expected.get("validationLoss").asDouble(), LOSS_TOLERANCE);
        assertThat(result.validationAccuracy().orElseThrow())
                .isCloseTo(expected.get("validationAccuracy").asDouble(), within(1e-6));
    }

    /** Without validation rows the head of the last epoch is kept. */
    private static Attempt descend(HeadProgram program, String name, JsonNode golden, boolean validated) {
        int trainCount = golden.get("trainCount").asInt();
        int dimension = golden.get("dimension").asInt();
        int rowCount = trainCount + (validated ? golden.get("validationCount").asInt() : 0);
        List<String> labels = IntStream.range(0, golden.get("labelCount").asInt()).mapToObj(Integer::toString).toList();
        TrainingSet set = Sets.of(labels, dimension,
                Arrays.copyOf(SharedFolder.floats("golden/recipe/" + name + "-features.f32"), rowCount * dimension),
                Arrays.copyOf(Sets.integers("golden/recipe/" + name + "-labels.i32"), rowCount), trainCount);
        Recipe recipe = new Recipe(Recipe.SGD, golden.get("epochs").size(), golden.get("batchSize").asInt(), 0.001, 0.9, 0, 7,
                0.1, 0, ClassWeights.NONE);
        EpochListener nobody = result -> {
        };
        try (Workbench bench = new Workbench(program, set, ClassWeights.NONE)) {
            RunWatch watch = new RunWatch(set.task(), Duration.ofMinutes(5), System::nanoTime, nobody);
            return new GradientDescent(bench, watch).run(recipe, new GoldenDraws(name), nobody);
        }
    }

    private static float[] parameters(Head head) {
        float[] parameters = Arrays.copyOf(head.weight(), head.weight().length + head.bias().length);
        System.arraycopy(head.bias(), 0, parameters, head.weight().length, head.bias().length);
        return parameters;
    }

    private static final class GoldenDraws implements Draws {

        private final String prefix;
        private final int[] orders;
        private int read;

        GoldenDraws(String name) {
            this.prefix = "golden/recipe/" + name;
            this.orders = Sets.integers(prefix + "-permutations.i32");
        }

        @Override
        public float[] weight(int labelCount, int dimension) {
            return SharedFolder.floats(prefix + "-initial-weight.f32");
        }

        @Override
        public float[] bias(int labelCount, int dimension) {
            return SharedFolder.floats(prefix + "-initial-bias.f32");
        }

        @Override
        public int[] order(int rowCount) {
            read += rowCount;
            return Arrays.copyOfRange(orders, read - rowCount, read);
        }
    }
}
