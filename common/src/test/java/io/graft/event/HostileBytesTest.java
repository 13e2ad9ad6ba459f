package io.graft.event;

import static io.graft.testing.Records.record;
import static io.graft.testing.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

import io.graft.feature.Embedding;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.model.ModelReady;
import io.graft.model.Promotion;
import io.graft.model.TrainRequest;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.sample.Label;
import io.graft.sample.SampleContentCodec;
import io.graft.sample.SampleEventCodec;
import io.graft.sample.SampleKey;

/** Whatever the bytes are: they are taken, or refused with a {@link Problem}. A fixed seed; a failure prints the bytes. */
class HostileBytesTest {

    private static final int MUTATIONS = 100_000;
    /** Of what only the services and few people send; a whole model is long. */
    private static final int EVENT_MUTATIONS = 20_000;
    private static final String[] SCRAPS = { "null", "{}", "[]", "\"\"", "1e400", "-1", "NaN", "true", "\"data\":", "{\"a\":",
            "[[[[", "\\ud800", "\\u0000", ",", ":", "99999999999999999999", "\"text\":\"a\",", "0.5" };

    private final SampleEventCodec samples = new SampleEventCodec(new SampleContentCodec(1 << 20));

    @Test
    void survivesMutatedStructuredEvents() {
        fuzz(MUTATIONS, List.of(
                utf8("""
                        {"specversion":"1.0","id":"1","source":"/s","type":"sample","label":"wren","split":"train",
                         "datacontenttype":"application/json","data":{"vector":[1.5,-2,3e3]}}"""),
                utf8("""
                        {"specversion":"1.0","label":"wren","datacontenttype":"image/png","data_base64":"iVBORw0KGgo="}""")),
                bytes -> samples.decode(record("birds/wren", bytes, "content-type", "application/cloudevents+json")));
    }

    @Test
    void survivesMutatedJsonSamples() {
        fuzz(MUTATIONS, List.of(utf8("{\"vector\":[1.5,-2,3e3],\"label\":\"wren\",\"split\":\"validation\"}"),
                utf8("{\"text\":\"a wren sings\",\"label\":\"wren\"}"),
                utf8("{\"image\":\"/9j/4AAQSkZJRg==\",\"label\":\"wren\"}")),
                bytes -> samples.decode(record("birds/wren", bytes, "content-type", "application/json")));
    }

    @Test
    void survivesMutatedTrainRequestsAndEvents() {
        fuzz(EVENT_MUTATIONS, List.of(utf8(ContractJson.TRAIN_REQUEST)), TrainRequest::parse);
        fuzz(EVENT_MUTATIONS, List.of(utf8(ContractJson.PROMOTION)), Promotion::parse);
        fuzz(EVENT_MUTATIONS, List.of(utf8(ContractJson.MODEL_READY)), ModelReady::parse);
    }

    @Test
    void survivesMutatedFeatures() {
        SampleKey key = new SampleKey(new TaskId("birds"), new SampleId("wren"));
        byte[] feature = FeatureCodec.encode(new Feature(key, 1, new Label("wren"), Optional.empty(), "ab".repeat(32),
                new BackboneId("resnet18"), "0f".repeat(32), "float32", new Embedding(new float[] { 1, 2, 3, 4 })));
        byte[] viewed = FeatureCodec.encode(new Feature(key, 1, new Label("wren"), Optional.empty(), "ab".repeat(32),
                new BackboneId("resnet18"), "0f".repeat(32), "float32", new Embedding(new float[] { 1, 2 }),
                List.of(new Embedding(new float[] { 3, 4 }), new Embedding(new float[] { 5, 6 }))));
        fuzz(MUTATIONS, List.of(feature, viewed), bytes -> FeatureCodec.decode(key, bytes));
    }

    @Test
    void refusesDeepNesting() {
        // Given
        byte[] deep = utf8("[".repeat(200_000));
        byte[] deepField = utf8("{\"recipe\":".repeat(200_000));
        for (byte[] bytes : List.of(deep, deepField)) {
            // When
            Consumer<byte[]> strict = TrainRequest::parse;
            Consumer<byte[]> event = value -> samples
                    .decode(record("birds/wren", value, "content-type", "application/cloudevents+json"));
            // Then
            assertThat(isTaken(bytes, strict)).isFalse();
            assertThat(isTaken(bytes, event)).isFalse();
        }
    }

    private static void fuzz(int count, List<byte[]> valid, Consumer<byte[]> reader) {
        // Given
        Random random = new Random(20_240_501);
        valid.forEach(reader);
        int taken = 0;
        for (int i = 0; i < count; i++) {
            // When
            taken += isTaken(mutate(valid.get(i % valid.size()), random), reader) ? 1 : 0;
        }
        // Then: both answers occur, so the mutations are neither too mild nor too wild
        assertThat(taken).isBetween(count / 100, count * 99 / 100);
    }

    private static boolean isTaken(byte[] bytes, Consumer<byte[]> reader) {
        try {
            reader.accept(bytes);
            return true;
        } catch (Problem e) {
            if (e.type() != ProblemType.INVALID || e.sentence().length() > 2_000) {
                throw new AssertionError("not a sentence for whoever sent it", e);
            }
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("not a problem for: " + HexFormat.of().formatHex(Arrays.copyOf(bytes, 2_000)), e);
        }
    }

    private static byte[] mutate(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = spliced(bytes, at, new byte[0], random.nextInt(12));
                default -> bytes = spliced(bytes, at, utf8(SCRAPS[random.nextInt(SCRAPS.length)]), random.nextInt(6));
            }
        }
        return bytes;
    }

    /** The bytes with some of them, from here on, replaced by others. */
    private static byte[] spliced(byte[] bytes, int at, byte[] inserted, int removedCount) {
        int rest = Math.min(bytes.length, at + removedCount);
        byte[] result = Arrays.copyOf(bytes, at + inserted.length + bytes.length - rest);
        System.arraycopy(inserted, 0, result, at, inserted.length);
        System.arraycopy(bytes, rest, result, at + inserted.length, bytes.length - rest);
        return result;
    }
}
