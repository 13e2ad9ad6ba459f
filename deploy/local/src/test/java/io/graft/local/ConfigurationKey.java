package io.graft.local;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A configuration key of a service, as its {@code @ConfigMapping} interface writes it down. Read from the source, since the
 * sentence about a key stands in its Javadoc.
 *
 * @param defaultValue empty when the key has none
 * @param bounds as in {@code 1 to 1024}; empty when it has none
 * @param meaning the Javadoc, on one line
 */
record ConfigurationKey(String name, String defaultValue, String bounds, String meaning) {

    private static final Pattern PREFIX = Pattern.compile("@ConfigMapping\\(prefix = \"([a-z0-9.-]+)\"\\)");
    private static final Pattern METHOD = Pattern.compile(
            "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*((?:@\\w+(?:\\([^)]*\\))?\\s*)*)([\\w<>]+) (\\w+)\\(\\);", Pattern.DOTALL);

    /** Prefixes of keys with a name in them. */
    private static final Map<String, String> BY_NAME = Map.of("graft.training-policies", ".\"task\"", "graft.backbones",
            ".\"backbone\"", "graft.access.api-keys", ".\"name\"");

    /** Every key of a service, in the order of the names. */
    static List<ConfigurationKey> of(String module) {
        return Documents.sources(module).stream().map(Documents::text).flatMap(source -> {
            Optional<String> prefix = PREFIX.matcher(source).results().map(found -> found.group(1)).findFirst();
            return prefix.map(text -> text + BY_NAME.getOrDefault(text, "")).stream()
                    .flatMap(text -> METHOD.matcher(source).results().map(method -> of(text, method)));
        }).sorted((one, other) -> one.name.compareTo(other.name)).toList();
    }

    private static ConfigurationKey of(String prefix, MatchResult method) {
        String annotations = method.group(2);
        String dashed = method.group(4).replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
        return new ConfigurationKey(prefix + "." + dashed, annotation(annotations, "WithDefault"),
                bounds(annotation(annotations, "(?:Decimal)?Min"), annotation(annotations, "(?:Decimal)?Max")),
                meaning(method.group(1)));
    }

    private static String annotation(String annotations, String name) {
        return Pattern.compile("@" + name + "\\(([^)]*)\\)").matcher(annotations).results().map(found -> found.group(1))
                .findFirst().orElse("").replace("\"", "");
    }

    private static String bounds(String least, String most) {
        if (least.isEmpty()) {
            return most.isEmpty() ? "" : "up to " + most.replace("_", "");
        }
        return least.replace("_", "") + (most.isEmpty() ? " or more" : " to " + most.replace("_", ""));
    }

    private static String meaning(String javadoc) {
        return javadoc.replaceAll("\\{@code ([^}]*)}", "`$1`").replaceAll("\\s*\\n\\s*\\*\\s*", " ").strip()
                .replaceAll("\\s+", " ");
    }

    /** The key as a row of a Markdown table. */
    List<String> row() {
        return List.of("`" + name + "`", defaultValue.isEmpty() ? "" : "`" + defaultValue + "`", bounds, meaning);
    }
}
