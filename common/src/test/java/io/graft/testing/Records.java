package io.graft.testing;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Records as a consumer would hand them over, without a broker. */
public final class Records {

    public static final String TOPIC = "labelled-samples";
    public static final int PARTITION = 3;
    public static final long OFFSET = 41;
    public static final long TIMESTAMP_MS = 1_700_000_000_000L;

    private Records() {
    }

    /** A record of {@link #TOPIC}; the headers are name, value, name, value … */
    public static ConsumerRecord<byte[], byte[]> record(@Nullable String key, byte @Nullable [] value, String... headers) {
        RecordHeaders list = new RecordHeaders();
        for (int i = 0; i < headers.length; i += 2) {
            list.add(headers[i], utf8(headers[i + 1]));
        }
        return new ConsumerRecord<>(TOPIC, PARTITION, OFFSET, TIMESTAMP_MS, TimestampType.CREATE_TIME, 0, 0,
                key == null ? null : utf8(key), value, list, Optional.empty());
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
