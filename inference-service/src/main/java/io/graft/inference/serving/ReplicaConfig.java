package io.graft.inference.serving;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Which of the replicas this one is. */
@ConfigMapping(prefix = "graft.replica")
public interface ReplicaConfig {

    /**
     * Different for every replica and the same after a restart, as the names of a StatefulSet's pods are: transactions and
     * group membership are bound to it.
     */
    @WithDefault("${HOSTNAME:local}")
    String name();
}
