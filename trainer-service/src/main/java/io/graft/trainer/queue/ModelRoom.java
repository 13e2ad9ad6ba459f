package io.graft.trainer.queue;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jboss.logging.Logger;

import io.graft.event.Topics;
import io.graft.event.Transactions;
import io.smallrye.common.annotation.Identifier;

/** How large an event of {@code model-ready} may be: for its producer, and for its topic as far as the broker says so. */
@Singleton
class ModelRoom {

    private static final Logger LOG = Logger.getLogger(ModelRoom.class);
    private static final long LIMIT_SECONDS = 60;

    private final Admin admin;
    private final String topic;
    private final boolean compressing;
    private final long requestBytesMax;

    @Inject
    ModelRoom(Admin admin, Topics topics, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.admin = admin;
        this.topic = topics.modelReady();
        this.compressing = !String.valueOf(kafka.getOrDefault(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none")).equals("none");
        this.requestBytesMax = Long.parseLong(
                kafka.getOrDefault(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Transactions.EVENT_BYTES_MAX).toString());
    }

    String topic() {
        return topic;
    }

    /**
     * The topic's {@code max.message.bytes}, or {@code max.request.size} of the service's producer where that is less or alone
     * known: the service may have no right to ask ({@code DescribeConfigs}), the broker may not answer, or the topic counts
     * bytes of compressed events, which nobody knows before.
     */
    long bytesMax() {
        return Math.min(requestBytesMax, topicBytesMax().orElse(requestBytesMax));
    }

    private OptionalLong topicBytesMax() {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            Config config = admin.describeConfigs(List.of(resource)).all().get(LIMIT_SECONDS, TimeUnit.SECONDS).values()
                    .iterator().next();
            String compression = config.get(TopicConfig.COMPRESSION_TYPE_CONFIG).value();
            Set<String> asSent = compressing ? Set.of("uncompressed") : Set.of("uncompressed", "producer");
            return asSent.contains(compression)
                    ? OptionalLong.of(Long.parseLong(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value()))
                    : OptionalLong.empty();
        } catch (ExecutionException | TimeoutException e) {
            LOG.infof("Size of events is not known before topic=%s reason=%s", topic, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return OptionalLong.empty();
    }
}
