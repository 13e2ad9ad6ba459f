package io.graft.trainer;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.admin.Admin;
import org.jboss.logging.Logger;

import io.graft.event.TopicCreation;
import io.graft.event.Topics;
import io.graft.trainer.embedding.SampleEmbedding;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.queue.TrainRequestDoor;
import io.graft.trainer.queue.TrainingQueue;
import io.graft.trainer.setup.TopicsConfig;
import io.graft.trainer.trigger.TriggerClock;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;

/** Starts the stages in the order of the flow, once the topics are fit for it, and ends them before what they stand on. */
@Singleton
class TrainerStartup {

    private static final Logger LOG = Logger.getLogger(TrainerStartup.class);

    void start(@Observes StartupEvent event, Topics topics, TopicsConfig config, Admin admin, SampleEmbedding embedding,
            TrainerMemory memory, TrainRequestDoor door, TrainingQueue queue, TriggerClock triggers) {
        if (config.create()) {
            new TopicCreation(topics, config.partitions(), config.replicationFactor()).createMissing(admin);
        }
        TopicCreation.check(admin, topics);
        embedding.start();
        memory.start();
        door.start();
        queue.start();
        triggers.start();
        LOG.infof("Trainer started topicPrefix=%s", topics.prefix());
    }

    /** At the signal: others take over at once, while calls over HTTP are still answered. */
    void leave(@Observes ShutdownDelayInitiatedEvent event, SampleEmbedding embedding, TrainRequestDoor door,
            TrainingQueue queue) {
        LOG.info("Trainer leaves its groups");
        queue.leave();
        door.leave();
        embedding.leave();
    }

    void stop(@Observes ShutdownEvent event, SampleEmbedding embedding, TrainerMemory memory, TrainRequestDoor door,
            TrainingQueue queue, TriggerClock triggers) {
        triggers.close();
        queue.close();
        door.close();
        embedding.close();
        memory.close();
    }
}
