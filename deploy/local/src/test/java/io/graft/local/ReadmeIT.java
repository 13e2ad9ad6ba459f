package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands under "Use it" in the README work, one after the other, on a stack that has just been started. They ask for
 * longer here, as a slow machine needs.
 */
class ReadmeIT {

    private static final Pattern BLOCK = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);
    private static final String RETRIES = "--retry 60 ";
    private static final long LIMIT_SECONDS = 900;

    @Test
    void showsCommandsThatWork(@TempDir Path folder) throws Exception {
        // Given
        requireTools("kcat", "curl");
        String readme = Documents.text("README.md");
        String use = readme.substring(readme.indexOf("\n## Use it"), readme.indexOf("\n## Run it on your own"));
        assertThat(use).contains(RETRIES);
        List<String> blocks = BLOCK.matcher(use).results().map(block -> block.group(1)).toList();
        StackPorts ports = StackPorts.free();

        // When
        List<String> outputs = new ArrayList<>();
        try (LocalStack stack = LocalStack.start(folder, ports, Map.of())) {
            assertThat(stack.trainer().isAlive()).isTrue();
            for (String block : blocks) {
                outputs.add(run(folder, block.replace("localhost:9092", "localhost:" + ports.broker())
                        .replace("localhost:8081", "localhost:" + ports.trainer())
                        .replace("localhost:8080", "localhost:" + ports.inference())
                        .replace(RETRIES, "--retry 600 ")
                        .replace("-jar trainer-service", "-jar " + Documents.root().resolve("trainer-service"))));
            }
        }

        // Then
        assertThat(outputs).hasSize(14);
        assertThat(outputs.get(1)).contains("\"key\":\"iris/flower-9\"");
        assertThat(outputs.get(3)).contains("\"label\":\"setosa\"").contains("\"version\":1");
        assertThat(outputs.get(4)).contains("\"data\":[\"setosa\",\"versicolor\"]");
        assertThat(outputs.get(5)).contains("\"featureCount\":9").contains("\"state\":\"succeeded\"");
        assertThat(outputs.get(6)).contains("\"topic\":\"labelled-samples\"").contains("iris/feedback-");
        assertThat(outputs.get(7)).contains("promotions");
        assertThat(outputs.get(9)).contains("\"topic\":\"training-policies\"");
        assertThat(outputs.get(10)).isEqualTo("0 would be sent, 0 kept\n");
        assertThat(outputs.get(11)).contains("iris@1 identical");
        assertThat(outputs.get(12)).contains("\"task\":\"support\"").contains("\"label\":\"card\"");
        assertThat(outputs.get(13)).contains("\"task\":\"likes\"").contains("\"label\":\"likes\"");
        assertThat(outputs.get(8)).contains("graft_samples_total{").contains("graft_serving_version{");
    }

    private static void requireTools(String... tools) throws IOException, InterruptedException {
        for (String tool : tools) {
            boolean there = new ProcessBuilder("sh", "-c", "command -v " + tool).start().waitFor() == 0;
            if (!there) {
                System.out.println("SKIPPED: the README's commands, because " + tool + " is not installed");
            }
            assumeTrue(there, tool + " is not installed");
        }
    }

    private static String run(Path folder, String commands) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "readme", ".log");
        ProcessBuilder builder = new ProcessBuilder("bash", "-e", "-o", "pipefail", "-c", commands).redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // What the tests' processes are told would be said first by each Java of the reader's.
        builder.environment().remove("JDK_JAVA_OPTIONS");
        Process shell = builder.start();
        boolean ended = shell.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            shell.destroyForcibly();
        }
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as("%s%n%s", commands, printed).isTrue();
        assertThat(shell.exitValue()).as("%s%n%s", commands, printed).isZero();
        return printed;
    }
}
