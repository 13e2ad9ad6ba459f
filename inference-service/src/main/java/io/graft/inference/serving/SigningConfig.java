package io.graft.inference.serving;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;

/** Whose models serve. */
@ConfigMapping(prefix = "graft.signing")
public interface SigningConfig {

    /** PEM files with Ed25519 keys; with one, a version that none of them has signed is refused. Absent: nobody is asked. */
    Optional<List<Path>> publicKeys();
}
