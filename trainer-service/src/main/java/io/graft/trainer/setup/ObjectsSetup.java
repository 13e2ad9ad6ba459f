package io.graft.trainer.setup;

import java.util.Optional;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.graft.store.ObjectStore;
import io.graft.store.ObjectStores;
import io.quarkus.runtime.StartupEvent;

/** Makes the store of what does not fit a message, where one is configured. */
@Singleton
class ObjectsSetup {

    private static final Logger LOG = Logger.getLogger(ObjectsSetup.class);
    private static final int FIRST = 1;

    @Produces
    @Singleton
    Optional<ObjectStore> objects(ObjectsConfig config, ObjectsS3Config s3) {
        return config.toConfig(s3).map(ObjectStores::open);
    }

    void close(@Disposes Optional<ObjectStore> objects) {
        objects.ifPresent(ObjectStore::close);
    }

    /** Before anything reads a topic: a wrong url is found out now, and not with the first file. */
    void start(@Observes @Priority(FIRST) StartupEvent event, Optional<ObjectStore> objects, ObjectsConfig config) {
        objects.ifPresent(store -> LOG.infof("Object store opened url=%s", config.url().orElseThrow()));
    }
}
