package io.graft.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** The project's documents, as files of this checkout. */
final class Documents {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");

    private Documents() {
    }

    /** The checkout's root: the nearest folder, from the working directory upwards, that has the documents. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/asyncapi.yaml"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("no folder from the working directory upwards has docs/asyncapi.yaml");
            }
        }
        return folder;
    }

    static String text(String path) {
        return text(root().resolve(path));
    }

    static String text(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode yaml(String text) {
        try {
            return YAML.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The rows of the Markdown table under a heading, without its head.
     *
     * @param heading the whole line, as in {@code ## Metrics}
     * @return cells, trimmed
     */
    static List<List<String>> table(String markdown, String heading) {
        List<String> lines = markdown.lines().toList();
        int start = lines.indexOf(heading);
        if (start < 0) {
            throw new IllegalArgumentException("there is no heading '" + heading + "'");
        }
        return lines.stream().skip(start + 1L)
                .takeWhile(line -> !line.startsWith("#"))
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(line -> Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("(?<!\\\\)\\|"))
                        .map(String::trim).toList())
                .toList();
    }

    /** What stands between backticks in a text. */
    static List<String> quoted(String text) {
        return QUOTED.matcher(text).results().map(found -> found.group(1)).toList();
    }

    /** Every Java source of the main code of these modules. */
    static List<Path> sources(String... modules) {
        return Arrays.stream(modules).map(module -> root().resolve(module).resolve("src/main/java"))
                .flatMap(folder -> javaFiles(folder).stream()).toList();
    }

    private static List<Path> javaFiles(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
