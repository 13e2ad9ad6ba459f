package io.graft.trainer.queue;

import java.util.List;

import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What a run came to: the records that say so, to be written together with the request's offset.
 *
 * @param committed called once they are written for good, to count what happened
 */
record RunResult(List<ProducerRecord<byte[], byte[]>> records, Runnable committed) {
}
