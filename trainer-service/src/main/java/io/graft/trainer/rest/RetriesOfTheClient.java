package io.graft.trainer.rest;

import java.util.Map;

import jakarta.inject.Singleton;

import org.apache.kafka.clients.producer.ProducerConfig;
import org.eclipse.microprofile.config.Config;

import io.smallrye.reactive.messaging.ClientCustomizer;

/**
 * Kafka's client tries again by itself what may still go well. The channel does not ({@code retries=0}): it would try for two
 * minutes what never does, such as a right that is missing. It hands the key on to its client, where it does not belong.
 */
@Singleton
class RetriesOfTheClient implements ClientCustomizer<Map<String, Object>> {

    @Override
    public Map<String, Object> customize(String channel, Config config, Map<String, Object> client) {
        client.remove(ProducerConfig.RETRIES_CONFIG);
        return client;
    }
}
