package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.id.TaskId;
import io.graft.testing.DrawnImages;
import io.graft.testing.KafkaBroker;
import io.graft.testing.LabelledImage;

/** Both images, built by {@code .ci/images} and unpacked where {@code -Dgraft.images} says, in containers. */
class ImagesIT {

    private static final List<String> TEXTS = List.of("my card has not arrived", "where is the card that I ordered",
            "the rate of exchange is wrong", "which exchange rate do you use");

    @TempDir
    private static Path folder;

    @Test
    void doTheMainJobWithAReadOnlyRoot() throws Exception {
        // Given
        String images = System.getProperty("graft.images");
        if (images == null) {
            System.out.println("SKIPPED the images: build them and run this test by .ci/images");
        }
        assumeTrue(images != null, "no images are built");
        try (KafkaBroker broker = KafkaBroker.start(Files.createDirectory(folder.resolve("broker")));
                Container trainer = start(images, "trainer-service", broker);
                Container inference = start(images, "inference-service", broker)) {
            trainer.service().awaitReady();
            inference.service().awaitReady();
            try (StackClient client = new StackClient(broker.bootstrapServers(), trainer.service().uri(),
                    inference.service().uri())) {
                // When
                TaskId drawn = new TaskId("drawn");
                List<LabelledImage> pictures = new DrawnImages(7).draw(8);
                client.sendSamples(drawn, "image/jpeg", pictures.stream().map(LabelledImage::bytes).toList(),
                        pictures.stream().map(LabelledImage::label).toList());
                TaskId said = new TaskId("said");
                List<byte[]> texts = TEXTS.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
                client.sendSamples(said, "text/plain", texts, List.of("card", "card", "rate", "rate"));
                for (TaskId task : List.of(drawn, said)) {
                    client.sendTrainRequest(task, "{\"validationFraction\":0,\"promotion\":{\"policy\":\"always\"}}");
                    client.awaitServing(task, 1);
                }

                // Then
                assertThat(client.predict(drawn, "image/jpeg", pictures.get(0).bytes()).label())
                        .isEqualTo(pictures.get(0).label());
                assertThat(client.predict(said, "text/plain", texts.get(3)).label()).isEqualTo("rate");
                assertRestricted(trainer);
                assertRestricted(inference);
            }
        }
    }

    private static Container start(String images, String service, KafkaBroker broker) {
        Map<String, String> properties = new HashMap<>();
        properties.put("kafka.bootstrap.servers", broker.bootstrapServers());
        properties.put("graft.topics.create", "true");
        properties.put("graft.replica.name", "contained");
        return new Container(Path.of(images).toAbsolutePath().resolve(service), folder, properties);
    }

    private static void assertRestricted(Container container) {
        assertThat(container.run("id")).contains("uid=10001").contains("gid=10001");
        assertThat(container.run("sh", "-c", "echo 1 > /app/written")).contains("Read-only file system");
        long limit = container.statistics().at("/data/memory/usage/limit").asLong();
        assertThat(limit).isEqualTo(Container.MEMORY_MAX_BYTES);
        long used = container.statistics().at("/data/memory/usage/usage").asLong();
        // Natives are in the image: what is written is small.
        String size = container.run("sh", "-c", "echo 1 > /tmp/probe && du -sk /tmp");
        int written = Integer.parseInt(size.replaceFirst("(?s)\\s.*", ""));
        assertThat(written).as(size).isBetween(1, Container.TMP_MAX / 2);
        System.out.printf("%s: %d MiB of memory, %d KiB written%n", container.service().log().getFileName(), used >> 20,
                written);
    }
}
