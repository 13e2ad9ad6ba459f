package io.graft.trainer.trigger;

import java.util.List;

import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.model.TrainRequest;
import io.graft.trainer.history.TrainingTrigger;

/**
 * A train request that a policy asks for now.
 *
 * @param partition of {@code sample-features} that the task is on
 */
record DueRequest(int partition, TrainingTrigger trigger, TrainRequest request) {

    /** The request as anybody would send it, and what is remembered of it. */
    List<ProducerRecord<byte[], byte[]>> records(Topics topics) {
        byte[] key = Topics.keyBytes(trigger.task().value());
        return List.of(new ProducerRecord<>(topics.trainRequests(), key, Json.write(request)),
                new ProducerRecord<>(topics.trainingTriggers(), key, Json.write(trigger)));
    }
}
