package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Predicate;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.event.TopicCreation;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;
import io.graft.testing.Leash;
import io.graft.testing.Ports;
import io.graft.testing.SecuredBroker;

/** Both services on a broker that lets in whom it knows, over TLS, with exactly the rights of the manifests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecuredKafkaIT {

    private static final String TRAINER = "graft-trainer";
    private static final String INFERENCE = "graft-inference";
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(100);

    @TempDir
    private static Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private SecuredBroker broker;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeAll
    void startTheBroker() {
        broker = SecuredBroker.start(folder, Set.of(TRAINER, INFERENCE));
        new TopicCreation(new Topics(""), 3, (short) 1).createMissing(broker.admin());
        KafkaUsers.rights().forEach((user, rights) -> {
            broker.addUser(user);
            broker.grant(rights);
        });
        producer = new KafkaProducer<>(Map.copyOf(broker.passwordClient("graft-producer")), new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterAll
    void stopTheBroker() {
        if (producer != null) {
            producer.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "password", "certificate" })
    void doesTheMainJobWithTheRightsOfTheManifests(String login) throws Exception {
        try (ServiceProcess trainer = launch("trainer-service", TRAINER, login);
                ServiceProcess inference = launch("inference-service", INFERENCE, login)) {
            trainer.awaitReady();
            inference.awaitReady();

            // Given
            TaskId task = new TaskId("drawn-by-" + login);
            List<LabelledImage> images = new DrawnImages(7).draw(6);
            for (int i = 0; i < images.size(); i++) {
                send("labelled-samples", task + "/" + i, images.get(i).bytes(), Map.of("label", images.get(i).label()));
            }
            send("labelled-samples", task + "/broken", utf8("no image"), Map.of("label", "x", "content-type", "image/png"));
            String early = "early-" + login;
            send("prediction-requests", early, images.get(3).bytes(), Map.of("task", task.value()));
            await("prediction-requests-dead-letter", 1, record -> StackClient.key(record).equals(early));

            // When
            send("train-requests", task.value(), utf8("{\"recipe\":{\"optimizer\":\"lbfgs\"}}"), Map.of());

            // Then
            await("model-ready", 1, record -> StackClient.key(record).equals(task + "@1"));
            ServiceMetrics served = new ServiceMetrics(inference.uri());
            inference.awaitUntil("serving", LIMIT,
                    () -> served.sum("graft_serving_version", Map.of("task", task.value())) == 1);
            PredictionClient.Answer answer = new PredictionClient(inference.uri()).predict(task, "image/jpeg",
                    images.get(0).bytes());
            assertThat(answer.label()).isEqualTo(images.get(0).label());
            send("prediction-requests", login, images.get(1).bytes(), Map.of("task", task.value()));
            await("predictions", 1, record -> StackClient.key(record).equals(login));

            // And: what goes beside the main job
            giveFeedback(inference, task, images.get(2));
            obeysAPolicy(new TaskId("asked-by-nobody-" + login));
            await("labelled-samples-dead-letter", 1, record -> StackClient.key(record).equals(task + "/broken"));
            assertThat(command("verify-" + login, client(TRAINER, login), "verify", task.value(), "1")).contains("identical");
            assertThat(command("redrive-" + login, broker.passwordClient("graft-redrive"), "redrive")).isNotBlank();
            assertThat(command("redrive-requests-" + login, broker.passwordClient("graft-redrive"), "redrive", "--topic",
                    "prediction-requests")).contains("1 sent, 0 kept");
            await("predictions", 1, record -> StackClient.key(record).equals(early));
            assertKnowsHowLargeAVersionMayBe(login);
            assertNoPassword(trainer);
            assertNoPassword(inference);
        }
    }

    private void assertKnowsHowLargeAVersionMayBe(String login) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "model-ready");
        try (Admin admin = Admin.create(Map.copyOf(client(TRAINER, login)))) {
            assertThat(admin.describeConfigs(List.of(topic)).all().get().get(topic).get("max.message.bytes")).isNotNull();
        }
    }

    private void giveFeedback(ServiceProcess inference, TaskId task, LabelledImage image) throws Exception {
        String path = "/v1/tasks/" + task + "/predictions";
        String predictionId = post(inference, path, "image/jpeg", image.bytes()).body()
                .replaceFirst("(?s).*\"predictionId\":\"([^\"]*)\".*", "$1");
        HttpResponse<String> accepted = post(inference, path + "/" + predictionId + "/feedback", "application/json",
                utf8("{\"label\":\"" + image.label() + "\"}"));
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    }

    private HttpResponse<String> post(ServiceProcess service, String path, String contentType, byte[] body)
            throws IOException, InterruptedException {
        return http.send(request(service, path, contentType, body), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(ServiceProcess service, String path, String contentType, byte[] body) {
        return HttpRequest.newBuilder(service.uri().resolve(path)).header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build();
    }

    private HttpResponse<String> postSample(ServiceProcess trainer) {
        return http.sendAsync(request(trainer, "/v1/tasks/refused/samples/1?label=x", "application/json",
                utf8("{\"vector\":[1]}")), HttpResponse.BodyHandlers.ofString()).join();
    }

    private void obeysAPolicy(TaskId task) throws Exception {
        send("training-policies", task.value(),
                utf8("{\"afterSampleCount\":4,\"request\":{\"validationFraction\":0,\"promotion\":{\"policy\":\"always\"}}}"),
                Map.of());
        sendVectors(task);
        await("model-ready", 1, record -> StackClient.key(record).equals(task + "@1"));
    }

    private void sendVectors(TaskId task) throws Exception {
        for (int i = 0; i < 4; i++) {
            send("labelled-samples", task + "/" + i, utf8("{\"vector\":[" + (i % 2 == 0 ? 1 : -1) + "," + i + "]}"),
                    Map.of("label", i % 2 == 0 ? "right" : "left"));
        }
    }

    @Test
    void namesUserOperationAndTopicOfARightThatIsMissing() throws Exception {
        // Given
        AclBinding right = KafkaUsers.onTopic(TRAINER, AclOperation.WRITE, "model-ready");
        broker.revoke(right);
        TaskId task = new TaskId("without-a-right");
        try (ServiceProcess trainer = launch("trainer-service", TRAINER, "password")) {
            trainer.awaitReady();

            // When
            sendVectors(task);
            send("train-requests", task.value(), utf8("{\"validationFraction\":0}"), Map.of());

            // Then
            awaitLine(trainer, "user 'graft-trainer' may not Write the topic 'model-ready'");
            HttpResponse<String> health = http.send(
                    HttpRequest.newBuilder(trainer.uri().resolve("/q/health/live")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(health.statusCode()).isEqualTo(503);
            assertThat(health.body()).contains("user 'graft-trainer' may not Write the topic 'model-ready'");

            // When
            broker.grant(List.of(right));
            trainer.kill();
            trainer.restart();

            // Then
            await("model-ready", 1, record -> StackClient.key(record).equals(task + "@1"));
        } finally {
            broker.grant(List.of(right));
        }
    }

    @Test
    void namesTheTopicThatInferenceMayNotRead() throws Exception {
        // Given
        AclBinding right = KafkaUsers.onTopic(INFERENCE, AclOperation.READ, "promotions");
        broker.revoke(right);

        // When
        try (ServiceProcess inference = launch("inference-service", INFERENCE, "password")) {
            // Then
            awaitLine(inference, "user 'graft-inference' may not Read the topic 'promotions'");
        } finally {
            broker.grant(List.of(right));
        }
    }

    @Test
    void saysAtTheRestDoorWhichRightIsMissing() throws Exception {
        // Given
        AclBinding right = KafkaUsers.onTopic(TRAINER, AclOperation.WRITE, "labelled-samples");
        broker.revoke(right);
        try (ServiceProcess trainer = launch("trainer-service", TRAINER, "password")) {
            trainer.awaitReady();

            // When
            HttpResponse<String> refused = postSample(trainer);

            // Then
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(500);
            assertThat(refused.body()).contains("\"code\":\"BROKER_REFUSES\"",
                    "user 'graft-trainer' may not Write the topic 'labelled-samples'");

            // When
            broker.grant(List.of(right));

            // Then
            trainer.awaitUntil("taking a sample", LIMIT, () -> postSample(trainer).statusCode() == 202);
        } finally {
            broker.grant(List.of(right));
        }
    }

    private static void awaitLine(ServiceProcess service, String text) {
        service.awaitUntil("saying \"" + text + "\"", LIMIT, () -> log(service).contains(text));
    }

    private static String log(ServiceProcess service) {
        try {
            return Files.readString(service.log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertNoPassword(ServiceProcess service) {
        assertThat(broker.passwords()).noneMatch(log(service)::contains);
    }

    /** Passwords stand in the file alone. */
    private ServiceProcess launch(String module, String user, String login) {
        Map<String, String> settings = new HashMap<>();
        client(user, login).forEach((key, value) -> settings.put("kafka." + key, value));
        if (login.equals("password")) {
            assertThat(settings).containsAllEntriesOf(manifestSettings(user));
        }
        Path file = write(user + "-by-" + login + ".properties", settings);
        return new ServiceProcess(module, LocalStack.jar(module), Ports.free(),
                folder.resolve(user + "-" + System.nanoTime() + ".log"), List.of(),
                Map.of("smallrye.config.locations", file.toString(), "graft.replica.name", "secured"));
    }

    /** How the manifests have a service talk to Kafka, but for where things are there. */
    private static Map<String, String> manifestSettings(String user) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(
                    Documents.text("deploy/kubernetes/base/" + user.replace("graft-", "") + ".properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().stream()
                .filter(key -> key.startsWith("kafka.") && !key.endsWith(".location") && !key.endsWith(".servers"))
                .forEach(key -> settings.put(key, properties.getProperty(key)));
        return settings;
    }

    private Map<String, String> client(String user, String login) {
        return login.equals("password") ? broker.passwordClient(user) : broker.certificateClient(user);
    }

    private static Path write(String name, Map<String, String> settings) {
        Path file = folder.resolve(name);
        Properties properties = new Properties();
        properties.putAll(settings);
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** Runs a command of the trainer's jar, which must do what it is asked. @return what it said */
    private static String command(String name, Map<String, String> client, String command, String... arguments)
            throws IOException, InterruptedException {
        Path config = write(name + ".properties", client);
        Path said = folder.resolve(name + ".log");
        List<String> line = new ArrayList<>(
                List.of(Leash.java(), "-jar", LocalStack.jar("trainer-service").toString(), command));
        line.addAll(List.of(arguments));
        line.addAll(List.of("--bootstrap", String.valueOf(client.get("bootstrap.servers")), "--config", config.toString()));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(said.toFile()).start();
        assertThat(process.waitFor()).as(() -> read(said)).isZero();
        return read(said);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(String topic, String key, byte[] value, Map<String, String> headers) throws Exception {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, utf8(key), value);
        headers.forEach((name, text) -> record.headers().add(name, utf8(text)));
        producer.send(record).get();
    }

    /** Reads as the reader of the manifests until so many records match. */
    private void await(String topic, int count, Predicate<ConsumerRecord<byte[], byte[]>> wanted) throws InterruptedException {
        Map<String, Object> client = new HashMap<>(broker.passwordClient("graft-reader"));
        client.put("isolation.level", "read_committed");
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(client, new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(known -> new TopicPartition(known.topic(), known.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            StackClient.until(topic + " has " + count, () -> {
                consumer.poll(POLL).forEach(record -> {
                    if (wanted.test(record)) {
                        found.add(record);
                    }
                });
                return found.size() >= count;
            });
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
