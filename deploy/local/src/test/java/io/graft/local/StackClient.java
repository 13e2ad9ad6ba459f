package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.model.ModelReady;

/** A user of a running stack: plain Kafka clients that read committed records only, and REST. */
final class StackClient implements AutoCloseable {

    /** Generous: only a test that fails takes as long. */
    static final Duration LIMIT = Duration.ofMinutes(5);

    private static final long LOOK_AGAIN_MS = 100;

    private final String bootstrapServers;
    private final URI trainer;
    private final PredictionClient predictions;
    private final ServiceMetrics served;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaProducer<byte[], byte[]> transactional;

    StackClient(LocalStack stack) {
        this(stack.broker().bootstrapServers(), stack.trainer().uri(), stack.inference().uri());
    }

    StackClient(String bootstrapServers, URI trainer, URI inference) {
        this.bootstrapServers = bootstrapServers;
        this.trainer = trainer;
        this.predictions = new PredictionClient(inference);
        this.served = new ServiceMetrics(inference);
        this.producer = producer(Map.of("bootstrap.servers", bootstrapServers, "acks", "all"));
        this.transactional = producer(Map.of("bootstrap.servers", bootstrapServers, "transactional.id", "a-user"));
        transactional.initTransactions();
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> config) {
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Waits for a condition with a generous limit. */
    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        until(what, condition, () -> "");
    }

    /** The same; the last word says what was there instead. */
    static void until(String what, BooleanSupplier condition, Supplier<String> instead) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT + ": " + what + " " + instead.get());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
        }
    }

    void send(String topic, String key, byte[] value, Map<String, String> headers)
            throws ExecutionException, InterruptedException {
        producer.send(record(topic, key, value, headers)).get();
    }

    void sendVector(TaskId task, String sampleId, String label, double... vector)
            throws ExecutionException, InterruptedException {
        send("labelled-samples", task + "/" + sampleId, json(vector), Map.of("label", label));
    }

    /** Sends so many vectors of two labels, and returns when the broker has them. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback sees what the future would say
    void sendVectors(TaskId task, int count, boolean inOneTransaction) {
        KafkaProducer<byte[], byte[]> sender = inOneTransaction ? transactional : producer;
        if (inOneTransaction) {
            sender.beginTransaction();
        }
        for (int i = 0; i < count; i++) {
            sender.send(record("labelled-samples", task + "/" + i, json(i % 2 == 0 ? 1 : -1, i % 7),
                    Map.of("label", i % 2 == 0 ? "even" : "odd")), (written, e) -> {
                        if (e != null) {
                            throw new IllegalStateException(e);
                        }
                    });
        }
        if (inOneTransaction) {
            sender.commitTransaction();
        } else {
            sender.flush();
        }
    }

    /** Sends vectors, each under its number, and returns when the broker has them. */
    void sendVectors(TaskId task, List<float[]> vectors, List<String> labels) {
        sendSamples(task, "application/json", vectors.stream().map(StackClient::json).toList(), labels);
    }

    /** Sends samples, each under its number, and returns when the broker has them. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback sees what the future would say
    void sendSamples(TaskId task, String contentType, List<byte[]> contents, List<String> labels) {
        AtomicReference<Exception> failure = new AtomicReference<>();
        for (int i = 0; i < contents.size(); i++) {
            producer.send(record("labelled-samples", task + "/" + i, contents.get(i),
                    Map.of("label", labels.get(i), "content-type", contentType)),
                    (written, e) -> failure.compareAndSet(null, e));
        }
        producer.flush();
        assertThat(failure.get()).isNull();
    }

    void sendTrainRequest(TaskId task, String json) throws ExecutionException, InterruptedException {
        send("train-requests", task.value(), json.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /** Sends a request with a record's time of its own. */
    void sendTrainRequest(TaskId task, String json, Instant at) throws ExecutionException, InterruptedException {
        producer.send(new ProducerRecord<>("train-requests", null, at.toEpochMilli(),
                task.value().getBytes(StandardCharsets.UTF_8), json.getBytes(StandardCharsets.UTF_8))).get();
    }

    /** Promotes a version by hand. */
    void promote(TaskId task, int version) throws ExecutionException, InterruptedException {
        send("promotions", task.value(), ("{\"task\":\"" + task + "\",\"version\":" + version
                + ",\"reason\":\"manual\",\"at\":\"" + Instant.now() + "\"}").getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, String key, byte[] value, Map<String, String> headers) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value);
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    private static byte[] json(double... vector) {
        List<Double> numbers = new ArrayList<>();
        for (double number : vector) {
            numbers.add(number);
        }
        return ("{\"vector\":" + numbers + "}").getBytes(StandardCharsets.UTF_8);
    }

    static byte[] json(float[] vector) {
        StringBuilder numbers = new StringBuilder();
        for (float number : vector) {
            numbers.append(numbers.isEmpty() ? "{\"vector\":[" : ",").append(number);
        }
        return numbers.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Posts nothing to a path of the trainer; the answer is JSON. */
    JsonNode postToTrainer(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(trainer.resolve(path)).POST(HttpRequest.BodyPublishers.noBody()).build();
        HttpResponse<byte[]> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
        return Json.readLenient(response.body(), JsonNode.class, "ANSWER_INVALID", "answer of " + path);
    }

    /** Waits for a version's event. */
    ModelReady awaitModel(TaskId task, int version) throws InterruptedException {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        until("model-ready has " + task + "@" + version, () -> {
            found.addAll(read("model-ready", record -> key(record).equals(task + "@" + version)));
            return !found.isEmpty();
        });
        return ModelReady.parse(found.get(0).value());
    }

    /** Waits until the inference service says that it serves a version. */
    ModelReady awaitServing(TaskId task, int version) throws InterruptedException {
        ModelReady model = awaitModel(task, version);
        until("inference serves " + task + "@" + version,
                () -> served.sum("graft_serving_version", Map.of("task", task.value())) == version);
        return model;
    }

    PredictionClient.Answer predict(TaskId task, String contentType, byte[] body) throws IOException, InterruptedException {
        return predictions.predict(task, contentType, body);
    }

    /** The keys of a task's features, one for each record. */
    List<String> featureKeys(TaskId task) {
        return read("sample-features", record -> key(record).startsWith(task + "/")).stream().map(StackClient::key).toList();
    }

    /** Reads what a topic holds at this moment, committed records only. */
    List<ConsumerRecord<byte[], byte[]>> read(String topic, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
        return read(bootstrapServers, topic, wanted);
    }

    /** Reads what a topic of a broker holds at this moment, committed records only. */
    static List<ConsumerRecord<byte[], byte[]>> read(String bootstrapServers, String topic,
            Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(known -> new TopicPartition(known.topic(), known.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(LOOK_AGAIN_MS))) {
                    if (wanted.test(record)) {
                        found.add(record);
                    }
                }
            }
        }
        return found;
    }

    /** How many members a group has; one that has gone without a word counts until its session is over. */
    static int memberCount(String bootstrapServers, String group) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            return admin.describeConsumerGroups(List.of(group)).describedGroups().get(group).get().members().size();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String key(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
        transactional.close();
    }
}
