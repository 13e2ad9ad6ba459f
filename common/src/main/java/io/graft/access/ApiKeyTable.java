package io.graft.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.graft.digest.Digests;
import io.graft.problem.Problem;

/** The clients that are known by a key. */
public final class ApiKeyTable {

    private final List<ApiKey> keys;

    /** @throws Problem INVALID when two clients have the same key */
    public ApiKeyTable(List<ApiKey> keys) {
        this.keys = List.copyOf(keys);
        Set<String> digests = new HashSet<>();
        for (ApiKey key : keys) {
            if (!digests.add(key.sha256())) {
                throw Problem.invalid("ACCESS_CONFIG_INVALID",
                        "API key '" + key.name() + "' is that of another client too (expected: a key for each)");
            }
        }
    }

    public boolean isEmpty() {
        return keys.isEmpty();
    }

    /** Finds the client of a key, in a time that does not tell how much of it was right: every digest is compared whole. */
    public Optional<ApiKey> find(String secret) {
        byte[] digest = Digests.sha256(secret.getBytes(StandardCharsets.UTF_8));
        @Nullable
        ApiKey found = null;
        for (ApiKey key : keys) {
            if (MessageDigest.isEqual(digest, key.digest())) {
                found = key;
            }
        }
        return Optional.ofNullable(found);
    }
}
