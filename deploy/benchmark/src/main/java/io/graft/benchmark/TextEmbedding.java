package io.graft.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.sample.SampleContent;
import io.graft.testing.LabelledText;

/** Sentences to features: langchain4j's MiniLM against the text backbone, tokens included, by batch size and callers. */
final class TextEmbedding {

    private static final int SENTENCE_COUNT = 512;

    private TextEmbedding() {
    }

    static void measure(Backbone backbone) throws Exception {
        List<String> sentences = sentences();
        EmbeddingModel library = new AllMiniLmL6V2EmbeddingModel();
        for (int batchSize : List.of(1, 8, 32)) {
            for (int callerCount : List.of(1, 2)) {
                new Duel(
                        SENTENCE_COUNT + " sentences, batches of " + batchSize + ", callers on Graft's side: " + callerCount,
                        "at least 1.5 × in batches", 1, 3).fight(
                                new Duel.Side("langchain4j, one caller, its own threads",
                                        () -> library(library, sentences, batchSize), 1.0 / SENTENCE_COUNT),
                                new Duel.Side("Graft's passes of about one length",
                                        () -> graft(backbone, sentences, batchSize, callerCount), 1.0 / SENTENCE_COUNT));
            }
        }
    }

    private static void library(EmbeddingModel library, List<String> sentences, int batchSize) {
        for (int from = 0; from < sentences.size(); from += batchSize) {
            library.embedAll(sentences.subList(from, from + batchSize).stream().map(TextSegment::from).toList());
        }
    }

    private static void graft(Backbone backbone, List<String> sentences, int batchSize, int callerCount)
            throws InterruptedException, ExecutionException {
        ExecutorService callers = Executors.newFixedThreadPool(callerCount);
        try {
            List<Callable<Void>> shares = new ArrayList<>();
            int share = sentences.size() / callerCount;
            for (int from = 0; from < sentences.size(); from += share) {
                List<String> own = sentences.subList(from, from + share);
                shares.add(() -> embed(backbone, own, batchSize));
            }
            for (Future<Void> done : callers.invokeAll(shares)) {
                done.get();
            }
        } finally {
            callers.shutdown();
        }
    }

    private static Void embed(Backbone backbone, List<String> sentences, int batchSize) {
        try (BackboneWorker worker = backbone.openWorker(batchSize)) {
            for (int from = 0; from < sentences.size(); from += batchSize) {
                worker.embed(sentences.subList(from, from + batchSize).stream()
                        .map(sentence -> backbone.prepare(new SampleContent.Text(sentence))).toList());
            }
        }
        return null;
    }

    /** The questions of bank customers where they are, else made ones of 3 to 40 words. */
    private static List<String> sentences() {
        Path file = Path.of(System.getProperty("graft.shared", "../shared"), "data/banking77/test.csv");
        if (Files.exists(file)) {
            return LabelledText.read(file).subList(0, SENTENCE_COUNT).stream().map(LabelledText::text).toList();
        }
        List<String> made = new ArrayList<>();
        for (int i = 0; i < SENTENCE_COUNT; i++) {
            made.add(String.format(Locale.ROOT, "Question %d: %s?", i, "where is my card ".repeat(1 + i % 10)));
        }
        return made;
    }
}
