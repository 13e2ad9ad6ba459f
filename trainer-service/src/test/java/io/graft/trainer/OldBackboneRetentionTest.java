package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import io.graft.feature.FeatureCodec;
import io.graft.id.TrainingRunId;
import io.graft.model.ModelReady;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.sample.SampleKey;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;

/** A task that has left its backbone for longer than the features of that one are kept, on a real broker. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
@TestProfile(OldBackboneRetentionTest.ShortRetention.class)
class OldBackboneRetentionTest {

    private static final String ALWAYS = "\"recipe\":{\"epochs\":3,\"optimizer\":\"sgd\"},\"promotion\":{\"policy\":\"always\"}}";

    /** As there, and what is old is soon too old. */
    public static class ShortRetention extends BackboneUpgradeTest.MoreBackbones {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
            overrides.put("graft.features.old-backbone-retention", "2s");
            return overrides;
        }
    }

    @Test
    void removesTheFeaturesOfTheBackboneThatWasLeft() {
        try (Kafka kafka = new Kafka()) {
            // Given
            List<LabelledImage> images = new DrawnImages(3).draw(8);
            images.forEach(image -> kafka.send("labelled-samples", "left/" + image.sampleId(), image.bytes(), "label",
                    image.label(), "content-type", "image/jpeg"));
            kafka.send("train-requests", "left", Kafka.bytes("{" + ALWAYS));
            kafka.await("model-ready", 1, record -> Kafka.key(record).equals("left@1"));

            // When
            kafka.send("train-requests", "left", Kafka.bytes("{\"backbone\":\"half\"," + ALWAYS));

            // Then
            Set<String> keys = images.stream().map(image -> "left/" + image.sampleId()).collect(Collectors.toSet());
            assertThat(kafka.await("sample-features", images.size(), record -> keys.contains(Kafka.key(record))
                    && backbone(record).equals("half"))).extracting(Kafka::key).containsExactlyInAnyOrderElementsOf(keys);
            kafka.await("sample-features", images.size(),
                    record -> Kafka.key(record).startsWith("left/") && Kafka.key(record).endsWith("@half")
                            && record.value() == null);
            given().post("/v1/tasks/left/versions/2/verify").then().statusCode(200).body("verdict", equalTo("identical"));
            given().post("/v1/tasks/left/versions/1/verify").then().statusCode(200).body("reasons.code",
                    hasItem("FEATURES_REMOVED"));

            // When
            kafka.send("train-requests", "left", Kafka.bytes("{\"backbone\":\"resnet18\"," + ALWAYS));

            // Then
            TrainingRunId goesBack = ModelReady
                    .parse(kafka.await("model-ready", 1, record -> Kafka.key(record).equals("left@3")).get(0).value())
                    .trainingRunId();
            assertThat(kafka.await("training-progress", 1, record -> embeds(record, goesBack)).stream()
                    .map(record -> TrainingProgress.parse(record.value()).lackingSampleCount().orElseThrow()))
                    .contains((long) images.size());
        }
    }

    private static String backbone(ConsumerRecord<byte[], byte[]> feature) {
        return FeatureCodec.decode(SampleKey.parse(feature.key()), feature.value()).backbone().value();
    }

    private static boolean embeds(ConsumerRecord<byte[], byte[]> progress, TrainingRunId run) {
        TrainingProgress step = TrainingProgress.parse(progress.value());
        return step.state() == TrainingState.EMBEDDING_SAMPLES && step.trainingRunId().equals(run);
    }
}
