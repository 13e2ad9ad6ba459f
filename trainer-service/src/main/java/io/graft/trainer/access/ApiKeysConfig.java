package io.graft.trainer.access;

import java.util.Map;
import java.util.Set;

import io.graft.access.ApiKey;
import io.graft.access.ApiKeyTable;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;

/** The clients that are known by a key. */
@ConfigMapping(prefix = "graft.access.api-keys")
public interface ApiKeysConfig {

    @WithParentName
    Map<String, ConfiguredKey> keys();

    /** One client. */
    interface ConfiguredKey {

        /** SHA-256 of the client's key, 64 hex digits. */
        String sha256();

        /**
         * What it may do, separated by commas: {@code predict}, {@code feedback}, {@code promote}, {@code read}, {@code train}.
         */
        Set<String> roles();
    }

    /** By digest. @throws io.graft.problem.Problem INVALID when a name, a digest or a role is not valid */
    default ApiKeyTable toTable() {
        return new ApiKeyTable(keys().entrySet().stream()
                .map(entry -> new ApiKey(entry.getKey(), entry.getValue().sha256(), entry.getValue().roles())).toList());
    }
}
