package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.graft.model.ModelReady;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

/** A trainer that embeds two augmented views of each image, on a real broker. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
@TestProfile(ViewsFlowTest.TwoViews.class)
class ViewsFlowTest {

    /** The setting under test. */
    public static class TwoViews implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("graft.embedding.view-count", "2");
        }
    }

    @Test
    void trainsOnViewsAndMakesTheVersionAgainWithThem() {
        try (Kafka kafka = new Kafka()) {
            // Given
            List<LabelledImage> images = new DrawnImages(3).draw(8);
            for (LabelledImage image : images) {
                kafka.send("labelled-samples", "motifs/" + image.sampleId(), image.bytes(), "label", image.label(),
                        "content-type", "image/jpeg");
            }

            // When
            kafka.send("train-requests", "motifs", Kafka.bytes("{\"recipe\":{\"epochs\":3,\"optimizer\":\"sgd\"}}"));

            // Then
            ModelReady model = ModelReady.parse(
                    kafka.await("model-ready", 1, record -> Kafka.key(record).equals("motifs@1")).get(0).value());
            assertThat(model.dataset().sampleCount()).isEqualTo(images.size());
            assertThat(model.dataset().viewCount()).contains(2 * model.dataset().trainCount());
            assertThat(model.evaluation().sampleCount()).isEqualTo(model.dataset().validationCount()).isPositive();
            given().post("/v1/tasks/motifs/versions/1/verify").then().statusCode(200).body("verdict", equalTo("identical"))
                    .body("dataset.foundSampleCount", equalTo(images.size()));
        }
    }
}
