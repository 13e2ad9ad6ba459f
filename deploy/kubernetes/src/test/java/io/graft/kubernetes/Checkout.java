package io.graft.kubernetes;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** The files of this checkout. */
final class Checkout {

    /** A key that stands there twice is an error. */
    private static final YAMLMapper YAML = new YAMLMapper(
            YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());
    private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");

    private Checkout() {
    }

    /** The nearest folder, from the working directory upwards, that has the documents. */
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
        try {
            return Files.readString(root().resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode yaml(String path) {
        return documents(text(path)).get(0);
    }

    /** The documents of a YAML file; empty ones are left out. */
    static List<JsonNode> documents(String yaml) {
        try (var values = YAML.readerFor(JsonNode.class).<JsonNode> readValues(yaml)) {
            List<JsonNode> documents = new ArrayList<>(values.readAll());
            documents.removeIf(JsonNode::isNull);
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a file of properties says. */
    static Properties properties(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    /** Every Java source of the main code of these modules, as text. */
    static List<String> sources(String... modules) {
        return Arrays.stream(modules).flatMap(module -> {
            try (var files = Files.walk(root().resolve(module).resolve("src/main/java"))) {
                return files.filter(file -> file.toString().endsWith(".java")).sorted()
                        .map(file -> text(root().relativize(file).toString())).toList().stream();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }).toList();
    }

    /** The cells of the Markdown table under a heading, which is the whole line; without the table's head. */
    static List<List<String>> table(String markdown, String heading) {
        List<String> lines = markdown.lines().toList();
        int start = lines.indexOf(heading);
        if (start < 0) {
            throw new IllegalArgumentException("there is no heading '" + heading + "'");
        }
        return lines.stream().skip(start + 1L).takeWhile(line -> !line.startsWith("#"))
                .dropWhile(line -> !line.startsWith("|")).takeWhile(line -> line.startsWith("|")).skip(2)
                .map(line -> Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("(?<!\\\\)\\|")).map(String::trim)
                        .toList())
                .toList();
    }

    /** What stands between backticks. */
    static List<String> quoted(String text) {
        return QUOTED.matcher(text).results().map(found -> found.group(1)).toList();
    }
}
