package io.graft.store;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.graft.digest.Digests;
import io.graft.problem.Problem;

/**
 * Where a store has its objects: {@code url/sha256/name}. The door for uris out of events, which may name anything.
 *
 * @param url of the store, without a slash at its end
 */
record ObjectPlaces(String url) {

    // Neither escapes nor dots in front: nothing of it can lead out of the store.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
    private static final Pattern PLACE = Pattern.compile("([0-9a-f]{64})/" + NAME.pattern());

    private static final int SIZE_BYTES_MAX = Integer.MAX_VALUE - 8;

    ObjectPlaces {
        if (url.endsWith("/")) {
            throw new IllegalArgumentException(url);
        }
    }

    /** The place of an object in its store. @throws Problem INVALID {@code OBJECT_NAME_INVALID} */
    static String place(String name, byte[] bytes) {
        if (!NAME.matcher(name).matches()) {
            throw Problem.invalid("OBJECT_NAME_INVALID", "object name '" + name + "' does not match " + NAME);
        }
        return Digests.sha256Hex(bytes) + "/" + name;
    }

    URI uri(String place) {
        return URI.create(url + "/" + place);
    }

    /**
     * The place in the store that a uri names.
     *
     * @throws Problem INVALID {@code OBJECT_URI_FOREIGN}, {@code OBJECT_DIGEST_WRONG} when it is that of another object, or
     *         {@code OBJECT_SIZE_WRONG} when no array is so large
     */
    String place(URI uri, String sha256, long sizeBytes) {
        String text = uri.toString();
        Matcher matcher = PLACE.matcher(text.startsWith(url + "/") ? text.substring(url.length() + 1) : "");
        if (!matcher.matches()) {
            throw Problem.invalid("OBJECT_URI_FOREIGN", "object '" + uri + "' is not of the store " + url + " (expected: "
                    + url + "/sha256/name)");
        }
        requireDigest(uri, matcher.group(1), sha256);
        if (sizeBytes < 0 || sizeBytes > SIZE_BYTES_MAX) {
            throw Problem.invalid("OBJECT_SIZE_WRONG",
                    "object '" + uri + "' is said to have " + sizeBytes + " bytes (expected: 0 to " + SIZE_BYTES_MAX + ")");
        }
        return matcher.group();
    }

    static Problem missing(URI uri) {
        return Problem.missing("OBJECT_MISSING", "object '" + uri + "' is not there (expected: kept as long as its version)");
    }

    static void requireSize(URI uri, long foundBytes, long sizeBytes) {
        if (foundBytes != sizeBytes) {
            throw Problem.invalid("OBJECT_SIZE_WRONG",
                    "object '" + uri + "' has " + foundBytes + " bytes (expected: " + sizeBytes + ")");
        }
    }

    static void requireDigest(URI uri, byte[] bytes, String sha256) {
        requireDigest(uri, Digests.sha256Hex(bytes), sha256);
    }

    private static void requireDigest(URI uri, String found, String sha256) {
        if (!found.equals(sha256.toLowerCase(Locale.ROOT))) {
            throw Problem.invalid("OBJECT_DIGEST_WRONG",
                    "object '" + uri + "' has SHA-256 " + found + " (expected: " + sha256 + ")");
        }
    }
}
