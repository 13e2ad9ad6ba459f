package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import io.graft.id.TaskId;
import io.graft.testing.LabelledText;
import io.graft.testing.SharedFolder;

/** Sentences of bank customers as texts, through the real stack: 77 intents. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TextIT {

    @TempDir
    private static Path folder;
    private LocalStack stack;
    private StackClient client;

    @BeforeAll
    void startTheStack() {
        stack = LocalStack.start(folder);
        client = new StackClient(stack);
    }

    @AfterAll
    void stopTheStack() {
        if (client != null) {
            client.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void tellsIntentsByEightSentencesOfEach() throws Exception {
        // Given
        TaskId task = new TaskId("banking-few");
        List<LabelledText> few = firstOfEach(LabelledText.read(SharedFolder.require("data/banking77/train.csv")), 8);
        send(task, few);

        // When
        client.sendTrainRequest(task, "{\"validationFraction\":0,\"promotion\":{\"policy\":\"always\"}}");
        client.awaitServing(task, 1);

        // Then
        assertThat(few).hasSize(8 * 77);
        double accuracy = accuracy(task, 5);
        System.out.printf("banking77 as text, eight of each label, on every fifth sentence of its test file: %.4f%n", accuracy);
        assertThat(accuracy).isGreaterThanOrEqualTo(0.78);
    }

    /** Takes minutes where cores are few: {@code -Dbanking77=all}. */
    @Test
    void tellsIntentsByAllSentences() throws Exception {
        boolean asked = "all".equals(System.getProperty("banking77"));
        if (!asked) {
            System.out.println("SKIPPED a test: all of banking77 as text (set -Dbanking77=all)");
        }
        assumeTrue(asked, "all of banking77 is not asked for");

        // Given
        TaskId task = new TaskId("banking");
        List<LabelledText> train = LabelledText.read(SharedFolder.require("data/banking77/train.csv"));
        long startNanos = System.nanoTime();
        send(task, train);

        // When
        client.sendTrainRequest(task, "{}");
        client.awaitServing(task, 1);
        double seconds = (System.nanoTime() - startNanos) / 1e9;

        // Then
        double accuracy = accuracy(task, 1);
        System.out.printf("banking77 as text, all %d sentences, %.0f s until it serves, on its test file: %.4f%n", train.size(),
                seconds, accuracy);
        assertThat(accuracy).isGreaterThanOrEqualTo(0.92);
    }

    private void send(TaskId task, List<LabelledText> sentences) {
        client.sendSamples(task, "text/plain", sentences.stream().map(TextIT::bytes).toList(),
                sentences.stream().map(LabelledText::label).toList());
    }

    private static byte[] bytes(LabelledText sentence) {
        return sentence.text().getBytes(StandardCharsets.UTF_8);
    }

    private double accuracy(TaskId task, int step) throws Exception {
        List<LabelledText> test = LabelledText.read(SharedFolder.require("data/banking77/test.csv"));
        int asked = 0;
        int right = 0;
        for (int i = 0; i < test.size(); i += step) {
            asked++;
            right += client.predict(task, "text/plain", bytes(test.get(i))).label().equals(test.get(i).label()) ? 1 : 0;
        }
        return (double) right / asked;
    }

    private static List<LabelledText> firstOfEach(List<LabelledText> sentences, int count) {
        Map<String, Integer> seen = new HashMap<>();
        List<LabelledText> first = new ArrayList<>();
        for (LabelledText sentence : sentences) {
            if (seen.merge(sentence.label(), 1, Integer::sum) <= count) {
                first.add(sentence);
            }
        }
        return first;
    }
}
