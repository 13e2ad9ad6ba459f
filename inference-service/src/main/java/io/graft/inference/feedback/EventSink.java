package io.graft.inference.feedback;

import java.util.function.Consumer;

import org.apache.kafka.clients.producer.ProducerRecord;

/** Where events go that nobody waits for. */
interface EventSink {

    /** Hands an event over, and says later whether it was written. */
    void send(ProducerRecord<byte[], byte[]> record, Consumer<Boolean> heard);
}
