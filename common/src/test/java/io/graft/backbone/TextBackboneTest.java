package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;
import io.graft.testing.LabelledText;
import io.graft.testing.SharedFolder;

class TextBackboneTest {

    private static final int DIMENSION = 384;
    private static final int BATCH_SIZE_MAX = 8;
    private static final EmbeddingModel LIBRARY = new AllMiniLmL6V2EmbeddingModel();

    private static Backbone minilm;

    @BeforeAll
    static void open() {
        minilm = TextBackbone.open();
    }

    @AfterAll
    static void close() {
        minilm.close();
    }

    @Test
    void saysWhatIdentifiesItsFeatures() {
        BackboneDescriptor descriptor = minilm.descriptor();
        assertThat(descriptor.architecture()).isEqualTo("minilm-l6-v2");
        assertThat(descriptor.dimension()).isEqualTo(DIMENSION);
        assertThat(descriptor.sha256()).isEqualTo("96b60dae3436a4c843fc7944b6c4a48a16907f65945a703617cf2639aa53ab2a");
    }

    @Test
    void computesTheReference() {
        // Given every tenth sentence
        List<LabelledText> sentences = LabelledText.read(SharedFolder.require("data/banking77/test.csv"));
        float[] reference = SharedFolder.floats("golden/banking77/test.f32");
        assertThat(reference).hasSize(sentences.size() * DIMENSION);
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < sentences.size(); i += 10) {
            chosen.add(i);
        }
        // When
        float[][] features = embed(chosen.stream().map(i -> sentences.get(i).text()).toArray(String[]::new));
        // Then
        double leastCosine = 1;
        double largestDifference = 0;
        for (int i = 0; i < features.length; i++) {
            float[] expected = Arrays.copyOfRange(reference, chosen.get(i) * DIMENSION, (chosen.get(i) + 1) * DIMENSION);
            leastCosine = Math.min(leastCosine, Features.cosine(features[i], expected));
            largestDifference = Math.max(largestDifference, Features.largestDifference(features[i], expected));
        }
        System.out.printf("MiniLM on %d sentences: least cosine %.8f, largest difference %.2g%n", features.length, leastCosine,
                largestDifference);
        assertThat(leastCosine).isGreaterThan(0.999999);
        assertThat(largestDifference).isLessThan(1e-5);
    }

    @ParameterizedTest
    @ValueSource(strings = { "Where is my card?", "?", "Ein Zaunkönig 🐦 im Straßengraben", "日本語のテキスト", "half \ud83d of a sign",
            "a\u0000b\tc\n\nd",
            "pneumonoultramicroscopicsilicovolcanoconiosis" })
    void embedsAsTheLibraryDoes(String text) {
        // When
        float[] feature = embed(text)[0];
        // Then
        assertThat(Features.largestDifference(feature, LIBRARY.embed(text).content().vector())).isLessThan(1e-6);
    }

    @Test
    void looksAtTheFirstTokensOfALongTextAsTheLibraryDoes() {
        // Given 126 words, each a token, fit between the marks of beginning and end
        String words = "bird ".repeat(TextBackbone.TOKEN_COUNT_MAX - 2);
        // When
        float[][] features = embed(words, words + "wren ".repeat(500), words.replaceFirst(" bird ", " wren "));
        // Then
        assertThat(features[1]).isEqualTo(features[0]);
        assertThat(features[2]).isNotEqualTo(features[0]);
        float[] library = LIBRARY.embed(words + "wren ".repeat(500)).content().vector();
        assertThat(Features.largestDifference(features[1], library)).isLessThan(1e-6);
    }

    @Test
    void embedsATextAmongOthersAsAlone() {
        // Given
        String[] texts = { "a", "bird ".repeat(40), "How do I locate my card?", "bird", "bird ".repeat(200), "I am 12." };
        // When
        float[][] together = embed(texts);
        // Then
        for (int i = 0; i < texts.length; i++) {
            assertThat(Features.largestDifference(together[i], embed(texts[i])[0])).as(texts[i]).isLessThan(1e-6);
        }
    }

    @Test
    void runsTextsOfAboutOneLengthTogether() {
        // Given
        List<int[]> texts = List.of(new int[10], new int[100], new int[9], new int[101], new int[10], new int[30]);
        // When
        List<List<Integer>> passes = TextWorker.passes(texts);
        // Then
        assertThat(passes).containsExactly(List.of(2, 0, 4), List.of(5), List.of(1, 3));
    }

    @Test
    void refusesAnImageAndAVector() {
        assertThatThrownBy(() -> minilm.prepare(new SampleContent.Raster(new byte[3], 1, 1))).isInstanceOf(Problem.class)
                .hasMessage("backbone 'minilm' does not embed image (expected: text)");
        assertThatThrownBy(() -> minilm.prepare(new SampleContent.Vector(new float[DIMENSION]))).isInstanceOf(Problem.class)
                .hasMessage("backbone 'minilm' does not embed vector (expected: text)");
    }

    private static float[][] embed(String... texts) {
        float[][] features = new float[texts.length][];
        try (BackboneWorker worker = minilm.openWorker(BATCH_SIZE_MAX)) {
            for (int from = 0; from < texts.length; from += BATCH_SIZE_MAX) {
                float[][] rows = worker.embed(Arrays.stream(texts).skip(from).limit(BATCH_SIZE_MAX)
                        .map(text -> minilm.prepare(new SampleContent.Text(text))).toList());
                System.arraycopy(rows, 0, features, from, rows.length);
            }
        }
        return features;
    }
}
