package io.graft.trainer.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.graft.id.TaskId;
import io.graft.testing.Records;

class FeatureTableTest {

    private final Logger logger = Logger.getLogger(FeatureTable.class.getName());
    private final List<String> logged = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.add(record.getMessage());
        }

        @Override
        public void flush() {
        }

        @Override
        public void close() {
        }
    };
    private final FeatureTable table = new FeatureTable(key -> true, new FeatureTable.Listener() {
        @Override
        public void taskAdded(TaskId task) {
        }

        @Override
        public void skipped(String code) {
            skipped.add(code);
        }
    });

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
    }

    @Test
    void countsEveryFeatureThatItSkipsAndLogsEachCauseOnce() {
        // When
        for (int offset = 0; offset < 3; offset++) {
            table.apply(record(offset, "birds/a", new byte[] { 1, 2, 3 }));
            table.apply(record(offset, "no key of a sample", new byte[0]));
        }

        // Then
        assertThat(skipped).hasSize(6);
        assertThat(skipped.stream().distinct()).hasSize(2).contains("FEATURE_INVALID");
        assertThat(logged).hasSize(2);
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, String key, byte[] value) {
        return new ConsumerRecord<>("sample-features", 0, offset, 0, TimestampType.CREATE_TIME, 0, 0, Records.utf8(key), value,
                new RecordHeaders(), Optional.empty());
    }
}
