package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.tensor.TorchFiles;

/**
 * DJL's own zoo, laid out on disk as it lies on its server, in a process without a network: DJL reads where its zoo is when it
 * starts.
 */
class ZooTest {

    private static final long LIMIT_SECONDS = 240;
    private static final String ARTIFACT = "model/cv/image_classification/ai/djl/pytorch/resnet18_embedding";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;

    private Path zip() {
        return folder.resolve("zoo").resolve(ARTIFACT).resolve("0.0.1/resnet18_embedding.zip");
    }

    private String layOut() throws Exception {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.putNextEntry(new ZipEntry("resnet18_embedding.pt"));
            zip.write(TorchFiles.torchScript(RuleWeights.tensors("resnet18")));
        }
        byte[] bytes = archive.toByteArray();
        String sha1 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        Files.createDirectories(zip().getParent());
        Files.write(zip(), bytes);
        Files.writeString(folder.resolve("zoo").resolve(ARTIFACT).resolve("metadata.json"), """
                {"metadataVersion": "0.2", "resourceType": "model", "application": "cv/image_classification",
                 "groupId": "ai.djl.pytorch", "artifactId": "resnet18_embedding", "name": "ResNet18 embedding",
                 "description": "ResNet18 without its last layer", "website": "https://djl.ai",
                 "licenses": {"license": {"name": "The Apache License, Version 2.0",
                                          "url": "https://www.apache.org/licenses/LICENSE-2.0"}},
                 "artifacts": [{"version": "0.0.1", "snapshot": false, "name": "resnet18_embedding", "arguments": {},
                                "files": {"model": {"uri": "0.0.1/resnet18_embedding.zip", "sha1Hash": "%s",
                                                    "name": "", "size": %d}}}]}
                """.formatted(sha1, bytes.length));
        return sha1;
    }

    private String probe() throws Exception {
        List<String> command = new ArrayList<>();
        if (run(new ProcessBuilder("unshare", "-rn", "true")) == 0) {
            command.addAll(List.of("unshare", "-rn"));
        } else {
            System.out.println("the zoo's process has a network: unshare is not allowed here");
        }
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx600m", "-cp",
                System.getProperty("java.class.path"),
                "-DDJL_REPO_URL=" + folder.resolve("zoo").toUri(), ZooProbe.class.getName()));
        Path output = folder.resolve("output.txt");
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        Map<String, String> environment = process.environment();
        // Its models go here; the native engine, which is large and the same, stays where it is.
        environment.putIfAbsent("ENGINE_CACHE_DIR",
                environment.getOrDefault("DJL_CACHE_DIR", System.getProperty("user.home") + File.separator + ".djl.ai"));
        environment.put("DJL_CACHE_DIR", folder.resolve("cache").toString());
        run(process);
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private static int run(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return -1;
        }
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("no end within " + LIMIT_SECONDS + " s: " + builder.command());
            }
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void opensTheZoosNetworkByOurProgramWithoutANetwork() throws Exception {
        // Given
        layOut();
        // When
        String output = probe();
        // Then
        assertThat(output).contains(
                ZooProbe.DIGEST + "83150647ec697368f190d58e76a13667074c4cd4213b5e47e243178e0e0842bd");
        String first = output.lines().filter(line -> line.startsWith(ZooProbe.FIRST)).findFirst().orElseThrow();
        assertThat(Float.parseFloat(first.substring(ZooProbe.FIRST.length()))).isBetween(4.72f, 4.75f);
    }

    @Test
    void namesTheDamagedFileAndBothDigests() throws Exception {
        // Given
        String expected = layOut();
        byte[] damaged = Files.readAllBytes(zip());
        damaged[damaged.length / 2] ^= 1;
        Files.write(zip(), damaged);
        String found = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(damaged));
        // When
        String output = probe();
        // Then
        assertThat(output).contains(ZooProbe.PROBLEM + "backbone 'zoo' cannot be opened: model zoo artifact"
                + " djl://ai.djl.pytorch/resnet18_embedding has file " + zip() + " with SHA-1 " + found + " (expected: "
                + expected + ")").doesNotContain(ZooProbe.DIGEST);
    }

    @Test
    void saysWhereItLookedForAZooThatIsNotThere() throws Exception {
        assertThat(probe()).contains("model zoo artifact djl://ai.djl.pytorch/resnet18_embedding cannot be fetched from "
                + folder.resolve("zoo").toUri());
    }
}
