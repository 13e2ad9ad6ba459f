package io.graft.event;

import java.util.HashMap;
import java.util.Map;

import org.apache.kafka.clients.consumer.ConsumerConfig;

/** What all of Graft's consumers have in common. */
public final class ConsumerSettings {

    private ConsumerSettings() {
    }

    /**
     * Settings of a consumer that reads committed records, from the beginning where nothing is committed, commits nothing by
     * itself and makes no topic. It has no group; the caller may add to them.
     *
     * @param clientConfig connection settings
     */
    public static Map<String, Object> of(Map<String, Object> clientConfig) {
        Map<String, Object> settings = new HashMap<>(clientConfig);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return settings;
    }
}
