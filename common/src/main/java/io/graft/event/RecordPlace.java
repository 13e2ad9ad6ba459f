package io.graft.event;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Where a record lies; compaction never moves it. */
public record RecordPlace(String topic, int partition, long offset) {

    public static RecordPlace of(ConsumerRecord<?, ?> record) {
        return new RecordPlace(record.topic(), record.partition(), record.offset());
    }
}
