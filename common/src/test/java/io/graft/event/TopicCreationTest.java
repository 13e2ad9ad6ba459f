package io.graft.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.problem.Problem;
import io.graft.testing.Await;
import io.graft.testing.KafkaBroker;

class TopicCreationTest {

    private static KafkaBroker broker;
    private static Admin admin;

    @BeforeAll
    static void startBroker(@TempDir Path dataDir) {
        broker = KafkaBroker.start(dataDir);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stopBroker() {
        admin.close();
        broker.close();
    }

    @Test
    void createsWhatIsMissingAndLeavesTheRest() throws Exception {
        // Given
        Topics topics = new Topics("twice-");
        TopicCreation creation = new TopicCreation(topics, 3, (short) 1);
        creation.createMissing(admin);
        admin.deleteTopics(List.of(topics.predictions())).all().get();
        // When
        new TopicCreation(topics, 2, (short) 1).createMissing(admin);
        // Then
        assertThat(admin.listTopics().names().get()).contains("twice-labelled-samples", "twice-labelled-samples-dead-letter",
                "twice-sample-features", "twice-train-requests", "twice-train-requests-dead-letter", "twice-training-queue",
                "twice-training-progress", "twice-model-ready", "twice-promotions", "twice-prediction-requests",
                "twice-prediction-requests-dead-letter", "twice-predictions");
        assertThat(partitionCount(topics.labelledSamples())).isEqualTo(3);
        assertThat(partitionCount(topics.predictions())).isEqualTo(2);
        assertThat(partitionCount(topics.promotions())).isEqualTo(1);
        TopicCreation.check(admin, topics);
    }

    @Test
    void givesTopicsTheCleanUpOfTheContract() throws Exception {
        // Given
        Topics topics = new Topics("cleanup-");
        // When
        new TopicCreation(topics, 1, (short) 1).createMissing(admin);
        // Then
        for (String compacted : List.of(topics.labelledSamples(), topics.sampleFeatures(), topics.modelReady())) {
            assertThat(setting(compacted, TopicConfig.CLEANUP_POLICY_CONFIG)).isEqualTo("compact");
        }
        for (String deleted : List.of(topics.trainRequests(), topics.trainingProgress(), topics.promotions(),
                topics.predictions())) {
            assertThat(setting(deleted, TopicConfig.CLEANUP_POLICY_CONFIG)).isEqualTo("delete");
        }
        assertThat(setting(topics.promotions(), TopicConfig.RETENTION_MS_CONFIG)).isEqualTo("-1");
        assertThat(setting(topics.trainingProgress(), TopicConfig.RETENTION_MS_CONFIG)).isEqualTo("604800000");
        assertThat(setting(Topics.deadLetter(topics.labelledSamples()), TopicConfig.RETENTION_MS_CONFIG))
                .isEqualTo("2592000000");
    }

    @Test
    void saysThatQueueAndFeaturesDiffer() throws Exception {
        // Given
        Topics topics = created("differ-");
        admin.createPartitions(Map.of(topics.trainingQueue(), NewPartitions.increaseTo(4))).all().get();
        Await.until("the partitions are known", () -> partitionCount(topics.trainingQueue()) == 4);
        // When
        assertThatThrownBy(() -> TopicCreation.check(admin, topics))
                // Then
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("TOPICS_UNFIT"))
                .hasMessage(
                        "topic 'differ-training-queue' has 4 partitions (expected: 2, as many as 'differ-sample-features')");
    }

    @Test
    void saysThatPromotionsAreNotOneLog() throws Exception {
        // Given
        Topics topics = created("logs-");
        admin.createPartitions(Map.of(topics.promotions(), NewPartitions.increaseTo(2))).all().get();
        Await.until("the partitions are known", () -> partitionCount(topics.promotions()) == 2);
        // When
        assertThatThrownBy(() -> TopicCreation.check(admin, topics))
                // Then
                .hasMessage("topic 'logs-promotions' has 2 partitions (expected: 1, since the last promotion wins)");
    }

    @Test
    void saysThatTopicsAreMissing() {
        // When
        assertThatThrownBy(() -> TopicCreation.check(admin, new Topics("nowhere-")))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessageContaining("(create them, or set graft.topics.create=true)");
    }

    @Test
    void saysWhatTheBrokerRefuses() {
        // When
        assertThatThrownBy(() -> new TopicCreation(new Topics("many-"), 1, (short) 3).createMissing(admin))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("topic 'many-labelled-samples' cannot be created: ")
                .hasMessageContaining("replication factor");
    }

    private static Topics created(String prefix) {
        Topics topics = new Topics(prefix);
        new TopicCreation(topics, 2, (short) 1).createMissing(admin);
        return topics;
    }

    private static int partitionCount(String topic) {
        try {
            return admin.describeTopics(List.of(topic)).topicNameValues().values().iterator().next().get().partitions().size();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("topic '" + topic + "' cannot be described", e);
        }
    }

    private static String setting(String topic, String name) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(List.of(resource)).values().values().iterator().next().get().get(name).value();
    }
}
