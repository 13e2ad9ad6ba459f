package io.graft.kubernetes;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of metrics: those in an expression of PromQL, and those that the documents list. */
final class MetricNames {

    /** Texts, selectors, ranges and lists of labels hold no metric. */
    private static final Pattern NO_METRICS = Pattern.compile(
            "\"(?:[^\"\\\\]|\\\\.)*\"|\\{[^}]*}|\\[[^]]*]|\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\(\\s*([a-zA-Z_:]\\w*)\\s*,.*\\)");
    private static final Pattern NAME = Pattern.compile("(?<![\\w:])[a-zA-Z_:][a-zA-Z0-9_:]*\\b(?!\\s*\\()");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "offset", "bool");
    private static final Pattern DURATION = Pattern.compile("\\b\\d+(?:ms|[smhdwy])\\b");

    private MetricNames() {
    }

    static Set<String> in(String expression) {
        Matcher query = LABEL_VALUES.matcher(expression);
        if (query.matches()) {
            return Set.of(query.group(1));
        }
        String bare = expression;
        String stripped = NO_METRICS.matcher(bare).replaceAll(" ");
        while (!stripped.equals(bare)) {
            bare = stripped;
            stripped = NO_METRICS.matcher(bare).replaceAll(" ");
        }
        return NAME.matcher(DURATION.matcher(bare).replaceAll(" ")).results().map(found -> found.group())
                .filter(name -> !WORDS.contains(name)).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those of Graft, and those of others that rules and dashboard use. */
    static Set<String> documented() {
        String operations = Checkout.text("docs/operations.md");
        return Stream.of("## Metrics", "### Metrics of others")
                .flatMap(heading -> Checkout.table(operations, heading).stream())
                .flatMap(row -> Checkout.quoted(row.get(0)).stream()).map(name -> name.replaceAll("\\{.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The name without what a timer or a distribution adds to it. */
    static String family(String name, Set<String> documented) {
        return documented.contains(name) ? name : name.replaceAll("_(bucket|count|sum)$", "");
    }
}
