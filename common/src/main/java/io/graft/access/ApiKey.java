package io.graft.access;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.graft.problem.Problem;

/**
 * A client that is known by a key, of which only the digest is here.
 *
 * @param name in the log
 * @param sha256 of the key, 64 hex digits in lower case
 * @param roles at least one of {@link Role#ALL}
 */
public record ApiKey(String name, String sha256, Set<String> roles) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /** @throws Problem INVALID when one of the three is not as above */
    public ApiKey {
        sha256 = sha256.strip().toLowerCase(Locale.ROOT);
        roles = Set.copyOf(roles);
        if (!NAME.matcher(name).matches()) {
            throw invalid(name, "has a name that does not match " + NAME);
        }
        if (!DIGEST.matcher(sha256).matches()) {
            throw invalid(name, "has a sha256 of " + sha256.length() + " characters (expected: 64 hex digits)");
        }
        if (roles.isEmpty() || !Role.ALL.containsAll(roles)) {
            throw invalid(name,
                    "has the roles " + new TreeSet<>(roles) + " (expected: some of " + new TreeSet<>(Role.ALL) + ")");
        }
    }

    byte[] digest() {
        return HexFormat.of().parseHex(sha256);
    }

    private static Problem invalid(String name, String what) {
        return Problem.invalid("ACCESS_CONFIG_INVALID", "API key '" + name + "' " + what);
    }
}
