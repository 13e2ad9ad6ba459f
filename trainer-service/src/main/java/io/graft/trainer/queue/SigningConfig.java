package io.graft.trainer.queue;

import java.nio.file.Path;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;

/** Whether versions are signed. */
@ConfigMapping(prefix = "graft.signing")
public interface SigningConfig {

    /** A PEM file with an Ed25519 key, with which every version is signed; absent: none is. */
    Optional<Path> privateKey();
}
