package io.graft.trainer.queue;

import java.util.List;
import java.util.function.Function;

import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.problem.Problem;

/**
 * What a run came to: the records that say so, to be written together with the request's offset.
 *
 * @param committed called once they are written for good, to count what happened
 * @param refused what the run came to instead when their topic does not take them
 */
record RunResult(List<ProducerRecord<byte[], byte[]>> records, Runnable committed, Function<Problem, RunResult> refused) {

    /** A result that is small enough for any topic. */
    RunResult(List<ProducerRecord<byte[], byte[]>> records, Runnable committed) {
        this(records, committed, problem -> {
            throw problem;
        });
    }
}
