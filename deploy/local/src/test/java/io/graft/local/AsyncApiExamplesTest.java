package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import io.graft.digest.Digests;
import io.graft.event.DeadLetter;
import io.graft.event.Json;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.Promotion;
import io.graft.model.TrainRequest;
import io.graft.model.TrainingProgress;
import io.graft.problem.Problem;
import io.graft.sample.SampleContentCodec;
import io.graft.sample.SampleEvent;
import io.graft.sample.SampleEventCodec;
import io.graft.sample.SampleKey;

/** The examples of the AsyncAPI document are what the code reads and writes. */
class AsyncApiExamplesTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final AsyncApi document = AsyncApi.read();
    private final SampleEventCodec samples = new SampleEventCodec(new SampleContentCodec(1 << 20));

    @Test
    void givesEveryMessageAnExample() {
        // When
        List<AsyncApi.Message> messages = document.messages();

        // Then
        assertThat(messages).allSatisfy(message -> assertThat(message.examples()).as(message.name()).isNotEmpty());
    }

    @Test
    void keepsEveryExampleToItsSchema() {
        // Given
        List<AsyncApi.Example> examples = document.examples();

        // When
        for (AsyncApi.Example example : examples) {
            AsyncApi.Message message = example.message();

            // Then
            assertThat(document.violations(message.payload(), example.payload())).as("payload of %s", example).isEmpty();
            assertThat(document.violations(message.key(), JsonNodeFactory.instance.textNode(example.key())))
                    .as("key of %s", example).isEmpty();
            if (message.headers().isObject()) {
                assertThat(document.violations(message.headers(), MAPPER.valueToTree(example.headers())))
                        .as("headers of %s", example).isEmpty();
            }
        }
    }

    @Test
    void readsEverySampleThatItShows() {
        // Given
        List<String> labelled = List.of("LabelledImage", "LabelledText", "LabelledJson", "LabelledCloudEvent");

        // When
        List<SampleEvent> read = labelled.stream().flatMap(name -> document.examples(name).stream())
                .map(example -> samples.decode(example.received())).toList();
        SampleEvent deleted = samples.decode(document.examples("DeletedSample").get(0).received());

        // Then
        assertThat(read).hasSize(8).allSatisfy(event -> assertThat(event).isInstanceOf(SampleEvent.Labelled.class));
        assertThat(deleted).isInstanceOf(SampleEvent.Deleted.class);
    }

    @Test
    void readsEveryTrainRequestThatItShows() {
        // Given
        List<AsyncApi.Example> examples = document.examples("TrainRequest");

        // When
        List<TrainRequest> read = examples.stream().map(example -> TrainRequest.parse(example.value())).toList();

        // Then
        assertThat(read.get(0)).isEqualTo(TrainRequest.parse(Json.write(Map.of())));
        assertThat(read.get(1).recipe()).isEqualTo(read.get(0).recipe());
        assertThat(read.get(1).promotion()).isEqualTo(read.get(0).promotion());
    }

    @Test
    void writesTheEventsAsItShowsThem() throws IOException {
        // Given
        Map<String, Function<byte[], Object>> readers = Map.of(
                "TrainingProgress", value -> Json.readLenient(value, TrainingProgress.class, "TEST", "example"),
                "ModelReady", ModelReady::parse, "Promotion", Promotion::parse);
        List<AsyncApi.Example> examples = document.examples().stream()
                .filter(example -> readers.containsKey(example.message().name())).toList();

        // When
        for (AsyncApi.Example example : examples) {
            Object event = readers.getOrDefault(example.message().name(), value -> value).apply(example.value());

            // Then
            assertThat(MAPPER.readTree(Json.write(event))).as(example.toString()).isEqualTo(MAPPER.readTree(example.value()));
        }
        assertThat(examples).hasSize(10);
    }

    @Test
    void keepsTheKeyAndTheTaskOfAnEventTheSame() {
        // Given
        List<AsyncApi.Example> examples = document.examples().stream().filter(example -> example.payload().has("task"))
                .filter(example -> !example.message().name().startsWith("Feedback")).toList();

        // When
        for (AsyncApi.Example example : examples) {
            TaskId task = example.message().name().equals("ModelReady") ? ModelKey.parse(example.key()).task()
                    : new TaskId(example.key());

            // Then
            assertThat(example.payload().get("task").textValue()).as(example.toString()).isEqualTo(task.value());
        }
        assertThat(examples).isNotEmpty();
    }

    @Test
    void showsAModelThatComputesItsSelfTest() {
        // Given
        ModelReady model = ModelReady.parse(document.examples("ModelReady").get(0).value());
        byte[] file = Base64.getDecoder().decode(model.head().data());
        ByteBuffer features = ByteBuffer.wrap(Base64.getDecoder().decode(model.selfTest().features()))
                .order(ByteOrder.LITTLE_ENDIAN);

        // When
        Head head = HeadCodec.decode(file, model.labels());

        // Then
        assertThat(Digests.sha256Hex(file)).isEqualTo(model.head().sha256());
        assertThat(file).hasSize(model.head().sizeBytes());
        for (List<Float> expected : model.selfTest().probabilities()) {
            float[] feature = new float[head.dimension()];
            for (int i = 0; i < feature.length; i++) {
                feature[i] = features.getFloat();
            }
            float[] probabilities = head.probabilities(feature);
            for (int i = 0; i < probabilities.length; i++) {
                assertThat(probabilities[i]).isCloseTo(expected.get(i), Offset.offset(1e-4f));
            }
        }
    }

    @Test
    void showsAFeatureThatCanBeRead() {
        // Given
        AsyncApi.Example example = document.examples("SampleFeature").get(0);
        SampleKey key = SampleKey.parse(example.received().key());

        // When
        Feature feature = FeatureCodec.decode(key, example.received().value());

        // Then
        assertThat(FeatureCodec.encode(feature)).isEqualTo(example.value());
    }

    @Test
    void showsTheReasonsThatTheCodeGives() {
        // Given
        AsyncApi.Example sample = document.examples("SampleDeadLetter").get(0);
        AsyncApi.Example request = document.examples("TrainRequestDeadLetter").get(0);

        // When
        Problem sampleProblem = problem(() -> samples.decode(sample.received()));
        Problem requestProblem = problem(() -> TrainRequest.parse(request.value()));

        // Then
        assertDeadLetter(sample, sampleProblem);
        assertDeadLetter(request, requestProblem);
    }

    private static Problem problem(ThrowingCallable call) {
        return catchThrowableOfType(Problem.class, call);
    }

    private void assertDeadLetter(AsyncApi.Example example, Problem problem) {
        String topic = String.valueOf(example.headers().get("dead-letter-topic"));
        ConsumerRecord<byte[], byte[]> refused = new ConsumerRecord<>(topic, 0, 0, example.received().key(), example.value());
        ProducerRecord<byte[], byte[]> letter = DeadLetter.of(refused, problem);
        List<String> required = new ArrayList<>();
        document.schema("DeadLetterHeaders").get("required").forEach(name -> required.add(name.textValue()));

        assertThat(letter.topic()).isEqualTo(example.message().topic());
        assertThat(letter.headers()).extracting(header -> header.key())
                .containsExactlyInAnyOrderElementsOf(required);
        assertThat(example.headers()).containsEntry("dead-letter-code", problem.code()).containsEntry("dead-letter-reason",
                problem.sentence());
    }
}
