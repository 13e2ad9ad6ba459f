package io.graft.store;

import io.graft.problem.Problem;

/** Opens the store that a configuration names. */
public final class ObjectStores {

    private ObjectStores() {
    }

    /**
     * Asks nobody yet: a store that is away at this moment is found out when it is needed.
     *
     * @throws Problem INVALID {@code OBJECT_STORE_INVALID} when the url is none of a store
     */
    public static ObjectStore open(ObjectStoreConfig config) {
        String scheme = String.valueOf(config.url().getScheme());
        return switch (scheme) {
            case "file" -> FolderStore.open(config.url());
            case "s3" -> S3Store.open(config);
            default -> throw ObjectStoreConfig.invalid(config.url(), "has the scheme '" + scheme + "' (expected: file or s3)");
        };
    }
}
