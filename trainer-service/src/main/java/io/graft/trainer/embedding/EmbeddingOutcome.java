package io.graft.trainer.embedding;

import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import io.graft.feature.Feature;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.SampleEvent;

/** What came of one record of {@code labelled-samples}; every record has exactly one. */
sealed interface EmbeddingOutcome {

    /** The word of the metric {@code graft_samples_total}. */
    String word();

    /**
     * Has a feature now.
     *
     * @param reused the content was seen recently, so nothing was embedded for it
     * @param lacked the task's backbone, where it cannot be had now: the feature is of the default one
     */
    record Embedded(Feature feature, boolean reused, Optional<BackboneId> lacked) implements EmbeddingOutcome {
        @Override
        public String word() {
            return reused ? "duplicate" : "embedded";
        }
    }

    /** Has no feature any more. */
    record Deleted(SampleEvent.Deleted event) implements EmbeddingOutcome {
        @Override
        public String word() {
            return "deleted";
        }
    }

    /** Cannot be used. */
    record Rejected(ConsumerRecord<byte[], byte[]> record, Problem problem) implements EmbeddingOutcome {
        @Override
        public String word() {
            return "rejected";
        }
    }
}
