package io.graft.backbone;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import io.graft.tensor.TorchFiles;

/** DJL's own zoo with its ResNet-18, laid out as it lies on its server, and a process that opens that. */
final class ZooOnDisk {

    static final String ARTIFACT = "model/cv/image_classification/ai/djl/pytorch/resnet18_embedding/";
    static final String FILE = ARTIFACT + "0.0.1/resnet18_embedding.zip";

    private static final long LIMIT_SECONDS = 240;

    private final Path folder;

    /** @param folder for the zoo, DJL's cache, what is fetched and what the process prints */
    ZooOnDisk(Path folder) {
        this.folder = folder;
    }

    Path root() {
        return folder.resolve("zoo");
    }

    Path zip() {
        return root().resolve(FILE);
    }

    Path downloads() {
        return folder.resolve("downloads");
    }

    void layOut() throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.putNextEntry(new ZipEntry("resnet18_embedding.pt"));
            zip.write(TorchFiles.torchScript(RuleWeights.tensors("resnet18")));
        }
        Files.createDirectories(zip().getParent());
        Files.write(zip(), archive.toByteArray());
        index("0.0.1/resnet18_embedding.zip", sha1(), archive.size());
    }

    /** Writes the index of the artifact: one version of one file. */
    void index(String uri, String sha1, long sizeBytes) throws IOException {
        Files.writeString(root().resolve(ARTIFACT).resolve("metadata.json"), """
                {"metadataVersion": "0.2", "resourceType": "model", "application": "cv/image_classification",
                 "groupId": "ai.djl.pytorch", "artifactId": "resnet18_embedding", "name": "ResNet18 embedding",
                 "description": "ResNet18 without its last layer", "website": "https://djl.ai",
                 "licenses": {"license": {"name": "The Apache License, Version 2.0",
                                          "url": "https://www.apache.org/licenses/LICENSE-2.0"}},
                 "artifacts": [{"version": "0.0.1", "snapshot": false, "name": "resnet18_embedding", "arguments": {},
                                "files": {"model": {"uri": "%s", "sha1Hash": "%s", "name": "", "size": %d}}}]}
                """.formatted(uri, sha1, sizeBytes));
    }

    /** Of the archive as it is now. */
    String sha1() throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(Files.readAllBytes(zip())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Turns one bit in the middle of the archive, or turns it back. */
    void damage() throws IOException {
        byte[] bytes = Files.readAllBytes(zip());
        bytes[bytes.length / 2] ^= 1;
        Files.write(zip(), bytes);
    }

    /** Opens it from the folder, in a process without a network where that can be had; what that prints. */
    String probeOnDisk() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (run(new ProcessBuilder("unshare", "-rn", "true")) == 0) {
            command.addAll(List.of("unshare", "-rn"));
        } else {
            System.out.println("the zoo's process has a network: unshare is not allowed here");
        }
        return probe(command, root().toUri().toString(), 30_000);
    }

    /** Opens it from a server; what that prints. */
    String probeOnTheWeb(String url, long silenceMillisMax) throws IOException, InterruptedException {
        return probe(new ArrayList<>(), url, silenceMillisMax);
    }

    private String probe(List<String> command, String url, long silenceMillisMax) throws IOException, InterruptedException {
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx600m", "-cp",
                System.getProperty("java.class.path"), "-DDJL_REPO_URL=" + url, ZooProbe.class.getName(),
                downloads().toString(), String.valueOf(silenceMillisMax)));
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
        return ChildProcess.exitValue(process, LIMIT_SECONDS);
    }
}
