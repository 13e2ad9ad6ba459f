package io.graft.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.sample.SampleKey;

/** Produces what people produce: labelled samples and train requests, as plain records. */
final class EventSender implements AutoCloseable {

    private static final String REQUEST_SIZE_MAX = Integer.toString(64 * 1024 * 1024);

    private final Topics topics = new Topics("");
    private final KafkaProducer<byte[], byte[]> producer;

    EventSender(String bootstrapServers) {
        this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", "5",
                "max.request.size", REQUEST_SIZE_MAX, "buffer.memory", REQUEST_SIZE_MAX), new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /**
     * Sends an image under its label.
     *
     * @return done when the broker has it; exceptionally with {@link RecordTooLargeException} when it takes no such size
     */
    Future<RecordMetadata> sendSample(TaskId task, DemoImage image) throws IOException {
        ProducerRecord<byte[], byte[]> sample = new ProducerRecord<>(topics.labelledSamples(),
                new SampleKey(task, image.sampleId()).toBytes(), image.source().read());
        sample.headers().add("label", utf8(image.label())).add("content-type", utf8(image.contentType()));
        return producer.send(sample);
    }

    /** Asks for a training run with every default, and waits until the broker has the request. */
    void sendTrainRequest(TaskId task, TrainRequestId trainRequestId) throws InterruptedException, ExecutionException {
        byte[] request = Json.write(Map.of("trainRequestId", trainRequestId));
        producer.send(new ProducerRecord<>(topics.trainRequests(), utf8(task.value()), request)).get();
    }

    @Override
    public void close() {
        producer.close();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
