package io.graft.inference.serving;

/** Where a record lies; compaction never moves it. */
public record RecordPlace(String topic, int partition, long offset) {
}
