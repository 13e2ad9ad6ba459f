package io.graft.kubernetes;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The configuration keys of a service, as {@code docs/operations.md} lists them.
 *
 * @param defaults by key; a part that is the user's to choose stands in double quotes
 */
record ServiceKeys(Map<String, String> defaults) {

    static ServiceKeys of(String service) {
        Map<String, String> defaults = new LinkedHashMap<>();
        Checkout.table(Checkout.text("docs/operations.md"), "### Keys of the " + service)
                .forEach(row -> defaults.put(unquoted(row.get(0)), unquoted(row.get(1))));
        return new ServiceKeys(defaults);
    }

    private static String unquoted(String cell) {
        return cell.replace("`", "");
    }

    String usual(String key) {
        String found = defaults.get(key);
        if (found == null) {
            throw new IllegalArgumentException("docs/operations.md has no key '" + key + "'");
        }
        return found;
    }

    boolean has(String key) {
        return defaults.keySet().stream()
                .anyMatch(documented -> Pattern.matches(
                        Pattern.quote(documented).replaceAll("\"[a-z-]+\"", "\\\\E(?:\"[^\"]+\"|[^.\"]+)\\\\Q"), key));
    }

    /** Whether an environment variable is one of the keys. */
    boolean hasVariable(String variable) {
        return defaults.keySet().stream()
                .anyMatch(key -> key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_").equals(variable));
    }
}
