package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.event.TopicCreation;
import io.graft.event.Topics;
import io.graft.testing.KafkaBroker;

/** The services create the topics that the AsyncAPI document describes. */
class DocumentedTopicsTest {

    @Test
    void createsEveryTopicAsDocumented(@TempDir Path folder) throws Exception {
        // Given
        Map<String, JsonNode> documented = AsyncApi.read().topics();
        try (KafkaBroker broker = KafkaBroker.start(folder);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {

            // When
            new TopicCreation(new Topics(""), 3, (short) 1).createMissing(admin);

            // Then
            for (Map.Entry<String, JsonNode> topic : documented.entrySet()) {
                assertTopic(admin, topic.getKey(), topic.getValue());
            }
        }
    }

    private static void assertTopic(Admin admin, String topic, JsonNode documented) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = admin.describeConfigs(List.of(resource)).all().get().values().iterator().next();
        JsonNode configuration = documented.get("topicConfiguration");
        int partitionCount = admin.describeTopics(List.of(topic)).allTopicNames().get().values().iterator().next().partitions()
                .size();

        assertThat(config.get("cleanup.policy").value()).as(topic)
                .isEqualTo(configuration.get("cleanup.policy").get(0).asText());
        if (configuration.has("retention.ms")) {
            assertThat(config.get("retention.ms").value()).as(topic).isEqualTo(configuration.get("retention.ms").asText());
        }
        assertThat(partitionCount).as(topic).isEqualTo(documented.path("partitions").asInt(3));
    }
}
