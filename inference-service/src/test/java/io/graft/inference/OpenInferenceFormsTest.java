package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;

import io.graft.backbone.Backbones;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.inference.Caller.Answer;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** Every document under {@code /v2} has the form that the protocol's own OpenAPI text asks of it. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class OpenInferenceFormsTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(VersionFlag.V202012);
    /** As {@code tritonclient.http} writes it with {@code binary_data=False}. */
    private static final String OF_TRITON = """
            {"id":"","inputs":[{"name":"features","shape":[1,3],"datatype":"FP32","data":[0.0,9.0,0.0]}],\
            "outputs":[{"name":"label","parameters":{"binary_data":false}},\
            {"name":"probabilities","parameters":{"classification":0,"binary_data":false}}]}""";
    /** As {@code mlserver.types.InferenceRequest} is written, with its content types and nothing where nothing is said. */
    private static final String OF_MLSERVER = """
            {"id":"d7f1","parameters":{"content_type":"np","headers":null},\
            "inputs":[{"name":"predict","shape":[2,3],"datatype":"FP32","parameters":{"content_type":"np"},\
            "data":[[0.0,9.0,0.0],[9.0,0.0,0.0]]}]}""";
    /** As {@code kserve.InferRequest.to_rest()} writes it. */
    private static final String OF_KSERVE = """
            {"id":"2ca8939d","model_name":"forms","inputs":[{"name":"input-0","shape":[1,3],"datatype":"FP32",\
            "data":[0.0,9.0,0.0]}]}""";

    @Inject
    Backbones backbones;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private JsonNode forms;
    private Caller caller;

    @BeforeEach
    void serve() throws Exception {
        caller = new Caller(root);
        try (InputStream in = OpenInferenceFormsTest.class.getResourceAsStream("/open-inference-forms.json")) {
            forms = Json.LENIENT.readTree(Objects.requireNonNull(in));
        }
        if (caller.get("/v2/models/forms/ready").status() == 200) {
            return;
        }
        try (TopicWriter topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers)) {
            topics.publish(ModelEvents.ready("forms", 1,
                    backbones.forContent(new SampleContent.Vector(new float[3])).descriptor(),
                    ModelEvents.largest("stays", "leaves", "unsure")));
            topics.promote(ModelEvents.promotion("forms", 1));
        }
        await().atMost(LIMIT).until(() -> caller.get("/v2/models/forms/ready").status() == 200);
    }

    @Test
    void describesServerAndModel() {
        assertForm("server", caller.get("/v2"));
        assertForm("server", caller.get("/v2/"));
        assertForm("model", caller.get("/v2/models/forms"));
        assertForm("model", caller.get("/v2/models/forms/versions/1"));
    }

    @ParameterizedTest
    @ValueSource(strings = { OF_TRITON, OF_MLSERVER, OF_KSERVE })
    void answersWhatPublicClientsSend(String request) throws IOException {
        // Given
        assertThat(problems("request", Json.LENIENT.readTree(request))).isEmpty();

        // When
        Answer answer = caller.post("/v2/models/forms/infer", "application/json", request);

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertForm("response", answer);
        assertThat(answer.json().at("/outputs/0/data/0").asText()).isEqualTo("leaves");
    }

    @Test
    void saysWhatIsWrong() {
        assertForm("error", caller.get("/v2/models/nobody"));
        assertForm("error", caller.get("/v2/nothing"));
        assertForm("error", caller.post("/v2/models/forms/infer", "application/json", "{"));
        assertForm("error", caller.post("/v2/models/nobody/infer", "application/json", OF_KSERVE));
    }

    @Test
    void noticesADocumentOfAnotherForm() {
        // Given
        ObjectNode model = (ObjectNode) caller.get("/v2/models/forms").json();

        // When
        model.remove("platform");

        // Then
        assertThat(problems("model", model)).contains("platform");
    }

    private void assertForm(String form, Answer answer) {
        assertThat(problems(form, answer.json())).as(answer.text()).isEmpty();
    }

    /** What is wrong with a document; empty where nothing is. */
    private String problems(String form, JsonNode document) {
        ObjectNode schema = forms.deepCopy();
        schema.put("$ref", "#/$defs/" + form);
        return String.join("; ",
                FACTORY.getSchema(schema).validate(document).stream().map(problem -> problem.getMessage()).toList());
    }
}
