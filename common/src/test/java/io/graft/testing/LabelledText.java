package io.graft.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line of a CSV file whose columns are a text, in quotes where it needs them, and a label. */
public record LabelledText(String text, String label) {

    private static final Pattern LINE = Pattern.compile("(?:\"((?:[^\"]|\"\")*+)\"|([^,\"\r\n]*+)),([^,\"\r\n]*)(?:\r?\n|$)");

    /** All but the header. */
    public static List<LabelledText> read(Path file) {
        List<LabelledText> texts = new ArrayList<>();
        Matcher line = LINE.matcher(content(file));
        while (line.lookingAt()) {
            String text = line.group(1) == null ? line.group(2) : line.group(1).replace("\"\"", "\"");
            texts.add(new LabelledText(text, line.group(3)));
            line.region(line.end(), line.regionEnd());
        }
        if (!line.hitEnd()) {
            throw new IllegalStateException(file + " has a line that is no text and label behind line " + texts.size());
        }
        return texts.subList(1, texts.size());
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
