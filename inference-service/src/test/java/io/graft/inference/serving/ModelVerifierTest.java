package io.graft.inference.serving;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.digest.Digests;
import io.graft.event.Json;
import io.graft.event.RecordPlace;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.serving.VersionState.Loaded;
import io.graft.model.ModelKey;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.signature.KeyFiles;
import io.graft.signature.ModelSignatures;
import io.graft.signature.ModelSigner;

class ModelVerifierTest {

    private static final FakeBackbone BACKBONE = new FakeBackbone(2);
    private static final ModelKey KEY = ModelKey.parse("birds@3");
    private static final int HEAD_BYTES_MAX = 10_000;

    private final ModelVerifier verifier = new ModelVerifier(
            (sha256, dimension) -> sha256.equals(BACKBONE.descriptor().sha256()) && dimension == 2 ? Optional.of(BACKBONE)
                    : Optional.empty(),
            TableInMemory.NO_TAILS, ModelSignatures.NOT_ASKED_FOR, HEAD_BYTES_MAX);

    private static ObjectNode event() {
        return Json.LENIENT
                .valueToTree(ModelEvents.ready("birds", 3, BACKBONE.descriptor(), ModelEvents.largest("owl", "tit")));
    }

    private static Model verified(ModelVerifier verifier, ModelRecord record) {
        return ((Loaded) verifier.verify(KEY, record, new RecordPlace("model-ready", 0, 1))).model();
    }

    private static ModelRecord unsigned(byte[] json) {
        return new ModelRecord(json, Optional.empty());
    }

    @Test
    void refusesAModelThatTheTrainerDidNotSign(@TempDir Path folder) {
        // Given
        KeyFiles keys = KeyFiles.draw(folder, "trainer", "Ed25519");
        ModelVerifier strict = new ModelVerifier((sha256, dimension) -> Optional.of(BACKBONE),
                TableInMemory.NO_TAILS, ModelSignatures.open(List.of(keys.publicKey())), HEAD_BYTES_MAX);
        byte[] json = Json.write(event());
        ProducerRecord<byte[], byte[]> signed = ModelSigner.open(keys.privateKey())
                .sign(new ProducerRecord<>("model-ready", json));
        String signature = new String(signed.headers().lastHeader(ModelSigner.HEADER).value(), US_ASCII);

        // When // Then
        assertThat(verified(strict, new ModelRecord(json, Optional.of(signature))).head().labels()).hasSize(2);
        assertThatThrownBy(() -> verified(strict, unsigned(json))).asInstanceOf(type(Problem.class))
                .extracting(Problem::code).isEqualTo("MODEL_UNSIGNED");
    }

    @Test
    void refusesStatisticsThatMeasureNothing() {
        // Given
        ObjectNode event = event();
        event.withObject("featureStatistics").put("mean", "AAAA");

        // When // Then
        assertThatThrownBy(() -> verified(verifier, unsigned(Json.write(event))))
                .hasMessage("featureStatistics mean has 3 bytes (expected: 2 float32 numbers)");
    }

    @Test
    void letsAWholeModelThrough() {
        // When
        Model model = verified(verifier, unsigned(Json.write(event())));

        // Then
        assertThat(model.head().labels()).containsExactly("owl", "tit");
        assertThat(model.backbone()).isSameAs(BACKBONE);
        assertThat(model.card().version().number()).isEqualTo(3);
        assertThat(model.card().head().sizeBytes()).isPositive();
    }

    @Test
    void ignoresFieldsOfALaterRelease() {
        // Given
        ObjectNode event = event();
        event.put("signature", "later");

        // When
        Model model = verified(verifier, unsigned(Json.write(event)));

        // Then
        assertThat(model.card().task().value()).isEqualTo("birds");
    }

    @ParameterizedTest
    @MethodSource
    void refuses(Consumer<ObjectNode> harm, String code, String sentence) {
        // Given
        ObjectNode event = event();
        harm.accept(event);

        // When // Then
        assertThatThrownBy(() -> verified(verifier, unsigned(Json.write(event))))
                .asInstanceOf(type(Problem.class))
                .satisfies(problem -> {
                    assertThat(problem.type()).isEqualTo(ProblemType.INVALID);
                    assertThat(problem.code()).isEqualTo(code);
                    assertThat(problem.sentence()).contains(sentence);
                });
    }

    static Stream<Arguments> refuses() {
        return Stream.of(
                harm("another version inside", event -> event.put("version", 4),
                        "MODEL_KEY_MISMATCH", "model 'birds@3' is 'birds@4' inside (expected: as in its key)"),
                harm("another task inside", event -> event.put("task", "dogs"),
                        "MODEL_KEY_MISMATCH", "model 'birds@3' is 'dogs@3' inside"),
                harm("no head", event -> event.remove("head"),
                        "MODEL_READY_INVALID", "model-ready event has no field 'head'"),
                harm("no digest", event -> event.withObject("head").remove("sha256"),
                        "MODEL_READY_INVALID", "model-ready event has no field 'head.sha256'"),
                harm("no labels", event -> event.remove("labels"), "MODEL_READY_INVALID", "model-ready event"),
                harm("another backbone", event -> event.withObject("backbone").put("sha256", "0".repeat(64)),
                        "MODEL_BACKBONE_UNKNOWN", "model 'birds@3' takes features of backbone 'fake' with sha256 0000"),
                harm("another dimension", event -> event.withObject("backbone").put("dimension", 3),
                        "MODEL_HEAD_INVALID", "takes features of 2 numbers (expected: 3, as backbone 'fake' gives)"),
                harm("another format", event -> event.withObject("head").put("format", "pickle"),
                        "MODEL_HEAD_FORMAT_UNSUPPORTED", "has a head in format 'pickle' (expected: safetensors)"),
                harm("another size", event -> event.withObject("head").put("sizeBytes", 7),
                        "MODEL_HEAD_SIZE_WRONG", "(expected: the 7 that its event names, at most 10000)"),
                harm("a flipped byte", ModelVerifierTest::flipByte,
                        "MODEL_HEAD_DIGEST_WRONG", "model 'birds@3' has a head with sha256 "),
                harm("no base64", event -> event.withObject("head").put("data", "***"),
                        "MODEL_HEAD_INVALID", "model 'birds@3' has a head that is not base64"),
                harm("no tensors", event -> replaceHead(event, new byte[] { 1, 2, 3 }),
                        "MODEL_HEAD_INVALID", "model 'birds@3' cannot be read: head "),
                harm("infinities", ModelVerifierTest::infinite,
                        "MODEL_HEAD_INVALID", "model 'birds@3' cannot be read: head"),
                harm("other labels", event -> event.withArray("labels").set(0, "eagle"),
                        "MODEL_HEAD_INVALID", "has other labels in its file than in its event"),
                harm("one label less", event -> event.withArray("labels").remove(0),
                        "MODEL_HEAD_INVALID", "model 'birds@3' cannot be read: head has"),
                harm("a head for other features",
                        event -> replaceHead(event, HeadCodec.encode(
                                new Head(List.of("owl", "tit"), 3, new float[6], new float[2]))),
                        "MODEL_HEAD_INVALID", "takes features of 3 numbers (expected: 2, as backbone 'fake' gives)"),
                harm("other probabilities",
                        event -> ((ArrayNode) event.at("/selfTest/probabilities/0")).set(0,
                                event.at("/selfTest/probabilities/0/0").floatValue() + 0.001f),
                        "MODEL_SELF_TEST_FAILED", "model 'birds@3' computes probability[0][0] = "),
                harm("probabilities that are no numbers",
                        event -> ((ArrayNode) event.at("/selfTest/probabilities/0")).set(0, Float.NaN),
                        "MODEL_SELF_TEST_FAILED", "(expected: NaN ± 1.0E-4, as where it was trained)"),
                harm("one probability less", event -> ((ArrayNode) event.at("/selfTest/probabilities/0")).remove(0),
                        "MODEL_SELF_TEST_INVALID", "with 1 probabilities in row 0 (expected: 2, one for each label)"),
                harm("no rows", event -> event.withObject("selfTest").putArray("probabilities"),
                        "MODEL_SELF_TEST_INVALID", "has a self-test of 8 bytes of features for 0 rows"),
                harm("half a row", event -> event.withObject("selfTest").put("features", ModelEvents.base64(1)),
                        "MODEL_SELF_TEST_INVALID", "of 4 bytes of features for 1 rows of probabilities (expected: 1 to 1000"),
                harm("features that are no base64", event -> event.withObject("selfTest").put("features", "?"),
                        "MODEL_SELF_TEST_INVALID", "model 'birds@3' has self-test features that are not base64"));
    }

    private static Arguments harm(String name, Consumer<ObjectNode> harm, String code, String sentence) {
        return Arguments.of(Named.of(name, harm), code, sentence);
    }

    @Test
    void refusesAHeadOverTheLimit() {
        // Given
        ModelVerifier narrow = new ModelVerifier((sha256, dimension) -> Optional.of(BACKBONE), TableInMemory.NO_TAILS,
                ModelSignatures.NOT_ASKED_FOR,
                16);

        // When // Then
        assertThatThrownBy(() -> verified(narrow, unsigned(Json.write(event()))))
                .hasMessageContaining("model 'birds@3' has a head of ").hasMessageContaining("at most 16)");
    }

    @Test
    void refusesWhatIsNoJson() {
        // When // Then
        assertThatThrownBy(() -> verified(verifier, unsigned(new byte[] { 'x' }))).asInstanceOf(type(Problem.class))
                .extracting(Problem::code).isEqualTo("MODEL_READY_INVALID");
    }

    private static void flipByte(ObjectNode event) {
        byte[] file = file(event);
        file[file.length - 1] ^= 1;
        event.withObject("head").put("data", Base64.getEncoder().encodeToString(file));
    }

    /** The last number of the file becomes infinite, and the digest right again. */
    private static void infinite(ObjectNode event) {
        byte[] file = file(event);
        file[file.length - 4] = 0;
        file[file.length - 3] = 0;
        file[file.length - 2] = (byte) 0x80;
        file[file.length - 1] = 0x7F;
        replaceHead(event, file);
    }

    private static byte[] file(ObjectNode event) {
        return Base64.getDecoder().decode(event.at("/head/data").asText());
    }

    private static void replaceHead(ObjectNode event, byte[] file) {
        event.withObject("head").put("data", Base64.getEncoder().encodeToString(file)).put("sizeBytes", file.length)
                .put("sha256", Digests.sha256Hex(file));
    }
}
