package io.graft.kubernetes;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Assumptions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Makes manifests of a folder with a {@code kustomization.yaml}. */
final class Kustomize {

    private static final Pattern VERSION = Pattern.compile("Kustomize Version: v(\\d+)\\.");
    private static final int OLDEST_VERSION = 5;

    private Kustomize() {
    }

    /** As {@code kubectl kustomize} renders it. Skips the test, loudly, on a machine without one that is new enough. */
    static Manifests rendered(String overlay) {
        int version = version();
        if (version < OLDEST_VERSION) {
            System.out.println("SKIPPED: there is no kubectl with kustomize " + OLDEST_VERSION + " or newer, so the overlay '"
                    + overlay + "' was not rendered");
        }
        Assumptions.assumeTrue(version >= OLDEST_VERSION, "no kubectl with kustomize");
        Process process = start("kubectl", "kustomize", folder(overlay).toString());
        String yaml = output(process);
        if (process.exitValue() != 0) {
            throw new IllegalStateException("overlay '" + overlay + "' does not render, see the error output");
        }
        return new Manifests(Checkout.documents(yaml).stream().map(Manifest::new).toList());
    }

    /** The files of an overlay without patches, as they stand there, on every machine. */
    static Manifests files(String overlay) {
        List<Manifest> manifests = new ArrayList<>();
        read(folder(overlay), manifests);
        return new Manifests(manifests);
    }

    private static Path folder(String overlay) {
        return Checkout.root().resolve("deploy/kubernetes/overlays").resolve(overlay);
    }

    private static void read(Path path, List<Manifest> manifests) {
        if (!Files.isDirectory(path)) {
            Checkout.documents(text(path)).forEach(document -> manifests.add(new Manifest(document)));
            return;
        }
        JsonNode kustomization = Checkout.documents(text(path.resolve("kustomization.yaml"))).get(0);
        for (String list : List.of("resources", "components")) {
            kustomization.path(list).forEach(entry -> read(path.resolve(entry.asText()).normalize(), manifests));
        }
        for (JsonNode generator : kustomization.path("configMapGenerator")) {
            ObjectNode map = JsonNodeFactory.instance.objectNode();
            map.put("apiVersion", "v1").put("kind", "ConfigMap");
            map.putObject("metadata").put("name", generator.get("name").asText());
            ObjectNode data = map.putObject("data");
            for (JsonNode file : generator.path("files")) {
                String[] keyAndFile = file.asText().split("=", 2);
                data.put(keyAndFile[0], text(path.resolve(keyAndFile[1])));
            }
            manifests.add(new Manifest(map));
        }
    }

    /** Of the kustomize inside kubectl; 0 where there is none. */
    private static int version() {
        boolean installed = Pattern.compile(File.pathSeparator).splitAsStream(System.getenv("PATH"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
        if (!installed) {
            return 0;
        }
        Matcher matcher = VERSION.matcher(output(start("kubectl", "version", "--client")));
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    private static Process start(String... command) {
        try {
            return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String output(Process process) {
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while rendering", e);
        }
    }

    private static String text(Path path) {
        return Checkout.text(Checkout.root().relativize(path).toString());
    }
}
