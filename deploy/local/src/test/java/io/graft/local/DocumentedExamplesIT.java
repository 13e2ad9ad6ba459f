package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelReady;
import io.graft.model.Promotion;

/**
 * Every example of the documents goes through the whole stack: those of AsyncAPI by Kafka, in the order in which the flow makes
 * such events, then those of OpenAPI by REST, on what the former have left there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DocumentedExamplesIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** The messages, models and promotions first: the train requests of the samples then make later versions. */
    private static final List<String> ORDER = List.of("TrainingProgress", "ModelReady", "Promotion", "SampleFeature",
            "TaskDimension", "LabelledImage", "LabelledText", "LabelledJson", "LabelledCloudEvent", "DeletedSample",
            "TrainingTrigger",
            "TrainingPolicy", "DeletedTrainingPolicy", "QueuedRequest", "TrainRequest", "SampleDeadLetter",
            "TrainRequestDeadLetter",
            "PredictionRequestDeadLetter", "Prediction", "LabellingCandidate", "FeedbackEvent", "FeedbackDeadLetter");
    private static final String ASKED_ONCE_IT_SERVES = "PredictionRequest";

    private final AsyncApi events = AsyncApi.read();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper mapper = new ObjectMapper();

    private LocalStack stack;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeAll
    void startTheStack(@TempDir Path folder) {
        stack = LocalStack.start(folder);
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", stack.broker().bootstrapServers(), "acks", "all"),
                new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterAll
    void stopTheStack() {
        if (producer != null) {
            producer.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void takesEveryEventThatTheDocumentShows() throws Exception {
        // Given
        assertThat(events.messages()).extracting(AsyncApi.Message::name).containsAll(ORDER).hasSize(ORDER.size() + 1)
                .contains(ASKED_ONCE_IT_SERVES);

        // When
        for (String message : ORDER) {
            for (AsyncApi.Example example : events.examples(message)) {
                send(example);
            }
        }

        // Then
        int sampleCount = ORDER.subList(5, 10).stream().mapToInt(name -> events.examples(name).size()).sum();
        ServiceMetrics trainer = new ServiceMetrics(stack.trainer().uri());
        stack.trainer().awaitUntil("done with the samples", LIMIT,
                () -> trainer.sum("graft_samples_total", Map.of()) == sampleCount);
        assertThat(trainer.sum("graft_samples_total", Map.of("outcome", "rejected"))).isZero();
        stack.trainer().awaitUntil("done with the train requests", LIMIT,
                () -> trainer.sum("graft_training_runs_total", Map.of()) == events.examples("TrainRequest").size());
        assertThat(trainer.sum("graft_training_runs_total", Map.of("state", "failed"))).isZero();
        assertThat(trainer.sum("graft_train_requests_total", Map.of("outcome", "rejected"))).isZero();
        assertThat(trainer.sum("graft_train_requests_total", Map.of("outcome", "duplicate")))
                .isEqualTo(events.examples("QueuedRequest").size());
    }

    /** Internal topics are partitioned by task, as the trainer does it. */
    private void send(AsyncApi.Example example) throws InterruptedException, ExecutionException {
        ProducerRecord<byte[], byte[]> record = example.toSend();
        if (Set.of("sample-features", "training-queue").contains(record.topic())) {
            byte[] task = Topics.keyBytes(example.key().replaceAll("/.*", ""));
            int partition = Utils.toPositive(Utils.murmur2(task)) % producer.partitionsFor(record.topic()).size();
            record = new ProducerRecord<>(record.topic(), partition, record.key(), record.value());
        }
        producer.send(record).get();
    }

    @Test
    @Order(2)
    void servesTheModelThatTheDocumentShows() throws Exception {
        // Given
        byte[] flower = events.examples("LabelledJson").get(0).value();

        // When
        await("/v1/tasks/iris/versions/1");
        JsonNode answer = json(send(stack.inference().uri(), "POST", "/v1/tasks/iris/predictions?version=1", flower));

        // Then
        List<Float> expected = ModelReady.parse(events.examples("ModelReady").get(0).value()).selfTest().probabilities().get(0);
        assertThat(answer.get("label").textValue()).isEqualTo("setosa");
        assertThat(answer.get("version").intValue()).isEqualTo(1);
        assertThat(answer.get("probability").floatValue()).isCloseTo(expected.get(0),
                Offset.offset(1e-4f));
    }

    @Test
    @Order(2)
    void answersEveryPredictionRequestThatTheDocumentShows() throws Exception {
        // Given
        List<AsyncApi.Example> requests = events.examples(ASKED_ONCE_IT_SERVES);
        await("/v1/tasks/iris/versions/1");
        ServiceMetrics inference = new ServiceMetrics(stack.inference().uri());
        stack.inference().awaitUntil("serving the task iris", LIMIT,
                () -> inference.sum("graft_serving_version", Map.of("task", "iris")) > 0);

        // When
        for (AsyncApi.Example request : requests) {
            send(request);
        }

        // Then
        stack.inference().awaitUntil("done with the prediction requests", LIMIT,
                () -> inference.sum("graft_prediction_requests_total", Map.of()) == requests.size());
        assertThat(inference.sum("graft_prediction_requests_total", Map.of("outcome", "rejected"))).isZero();
    }

    @Test
    @Order(3)
    void readsWithTheGroupsThatTheDocumentNames() throws Exception {
        // Given
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.broker().bootstrapServers()))) {

            // When
            Set<String> groups = admin.listGroups().all().get().stream().map(GroupListing::groupId)
                    .collect(Collectors.toSet());

            // Then
            assertThat(groups).isEqualTo(events.groups());
        }
    }

    @Test
    @Order(4)
    void answersEveryCallThatTheTrainerDocuments() throws Exception {
        assertEveryCallSucceeds("trainer-service", stack.trainer().uri());
    }

    @Test
    @Order(5)
    void answersEveryCallThatInferenceDocuments() throws Exception {
        // Given
        ModelReady model = ExampleModel.of(new TaskId("ants-bees"), new ModelVersion(3), 3);
        producer.send(new ProducerRecord<>("model-ready", Topics.keyBytes(model.key().toString()), Json.write(model))).get();
        producer.send(new ProducerRecord<>("promotions", Topics.keyBytes(model.task().value()),
                Json.write(new Promotion(model.task(), model.version(), Optional.empty(), Promotion.Reason.MANUAL,
                        Optional.empty(), Optional.empty(), Optional.empty(), Instant.now()))))
                .get();
        await("/v1/tasks/ants-bees/versions/3");

        // When
        assertEveryCallSucceeds("inference-service", stack.inference().uri());
    }

    private void assertEveryCallSucceeds(String service, URI uri) throws IOException, InterruptedException {
        OpenApiCheck document = OpenApiCheck.of(send(uri, "GET", "/q/openapi", new byte[0]).body());

        assertThat(document.documented()).isEqualTo(OpenApiCheck.contracted(service));
        assertThat(document.gaps()).isEmpty();
        for (OpenApiCheck.Call call : document.calls()) {
            HttpResponse<String> response = send(uri, call.method(), call.path(), call.body().orElse(new byte[0]));
            assertThat(response.statusCode()).as("%s: %s", call, response.body()).isBetween(200, 299);
        }
    }

    private void await(String path) {
        stack.inference().awaitUntil("serving " + path, LIMIT, () -> {
            try {
                return json(send(stack.inference().uri(), "GET", path, new byte[0])).path("state").asText()
                        .matches("serving|loaded");
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        });
    }

    private JsonNode json(HttpResponse<String> response) throws IOException {
        return mapper.readTree(response.body());
    }

    private HttpResponse<String> send(URI service, String method, String path, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(service.resolve(path)).timeout(LIMIT)
                .method(method, body.length == 0 ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofByteArray(body));
        if (body.length > 0) {
            request.header("Content-Type", "application/json");
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
