package io.graft.trainer.queue;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.backbone.HeadProgram;
import io.graft.event.Topics;
import io.graft.feature.Embedding;
import io.graft.feature.Feature;
import io.graft.model.EpochResult;
import io.graft.model.TrainRequest;
import io.graft.problem.Problem;
import io.graft.sample.SampleContentCodec;
import io.graft.sample.SampleEvent;
import io.graft.sample.SampleEventCodec;
import io.graft.testing.DrawnImages;
import io.graft.testing.KafkaBroker;
import io.graft.testing.KafkaTopic;
import io.graft.testing.LabelledImage;
import io.graft.testing.Records;
import io.graft.trainer.embedding.EmbeddingConfig;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.DrawnFeatures;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.EpochListener;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.TrainedHead;
import io.graft.trainer.training.TrainingSet;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Blocks trained on the samples of a real broker, by a clock that moves with the work. */
class FineTunerTest {

    private static final Topics TOPICS = new Topics("");
    private static final TrainRequest REQUEST = TrainRequest.parse(Records.utf8(
            "{\"depth\":\"last-block\",\"recipe\":{\"epochs\":3,\"batchSize\":16,\"optimizer\":\"sgd\"}}"));

    /** Reading takes 20 s and each epoch 10 s. */
    private static final class Work implements EpochListener {

        private final AtomicLong nanos = new AtomicLong();
        private int lookCount;

        @Override
        public void epochEnded(EpochResult result) {
            nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        }

        @Override
        public void stepEnded() {
            if (lookCount++ < 20) {
                nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            }
        }
    }

    @Test
    void readsAndTrainsWithinOneLimit(@TempDir Path folder) throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(folder);
                Admin admin = Admin.create(connection(broker));
                Backbones backbones = Backbones.open(BackbonesConfig.BUNDLED);
                HeadProgram program = HeadProgram.load()) {
            // Given
            FeatureSnapshot snapshot = snapshot(send(broker), backbones.image().descriptor());
            TrainedHead alone = new HeadTraining(program, Duration.ofMinutes(10), System::nanoTime).train(
                    new TrainingSet(snapshot.task(), snapshot.labels(), snapshot.dimension(), snapshot.features(),
                            snapshot.labelIndexes(), snapshot.trainRowCount()),
                    REQUEST.recipe(), epoch -> {
                    });
            Work work = new Work();
            SmallRyeConfig config = new SmallRyeConfigBuilder().withConverter(Duration.class, 200, new DurationConverter())
                    .withMapping(TrainingConfig.class).withMapping(EmbeddingConfig.class)
                    .withSources(new PropertiesConfigSource(Map.of("graft.training.fine-tuning-limit", "25s",
                            "graft.training.inline-block-bytes-max", "20000000"), "test", 100))
                    .build();
            TrainingConfig training = config.getConfigMapping(TrainingConfig.class);
            FineTuner tuner = new FineTuner(connection(broker), TOPICS, backbones,
                    config.getConfigMapping(EmbeddingConfig.class), training,
                    new TailArtifacts(Optional.empty(), training, new ModelRoom(admin, TOPICS, connection(broker))),
                    work.nanos::get);
            // When // Then
            assertThatThrownBy(() -> tuner.tune(REQUEST, snapshot, alone, work)).isInstanceOf(Problem.class)
                    .hasMessage("training run of task 'birds' has taken 30000 ms for 1 of 3 epochs (expected: at most 25000 "
                            + "ms, graft.training.fine-tuning-limit)");
        }
    }

    private static Map<String, Object> connection(KafkaBroker broker) {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    /** More samples than the reading takes seconds. */
    private static List<SampleEvent.Labelled> send(KafkaBroker broker) throws Exception {
        KafkaTopic topic = KafkaTopic.create(broker, TOPICS.labelledSamples(), 2);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(connection(broker), new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (LabelledImage image : new DrawnImages(8).draw(4)) {
                ProducerRecord<byte[], byte[]> sample = new ProducerRecord<>(topic.name(),
                        Records.utf8(DrawnFeatures.TASK + "/" + image.sampleId()), image.bytes());
                sample.headers().add("label", Records.utf8(image.label())).add("content-type", Records.utf8("image/jpeg"));
                producer.send(sample).get();
            }
        }
        SampleEventCodec codec = new SampleEventCodec(new SampleContentCodec(1 << 20));
        List<SampleEvent.Labelled> samples = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : topic.readAll()) {
            samples.add((SampleEvent.Labelled) codec.decode(record));
        }
        return samples;
    }

    /** With features of noise: it is about the time. */
    private static FeatureSnapshot snapshot(List<SampleEvent.Labelled> samples, BackboneDescriptor backbone) {
        Random random = new Random(3);
        List<Feature> features = new ArrayList<>();
        for (SampleEvent.Labelled sample : samples) {
            float[] values = new float[backbone.dimension()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            features.add(new Feature(sample.key(), sample.timestampMs(), sample.label(), sample.split(), sample.sha256(),
                    backbone.id(), backbone.sha256(), backbone.precision(), new Embedding(values)));
        }
        return DrawnFeatures.table(features).snapshot(BackboneKey.of(backbone), REQUEST.validationFraction(), id -> true);
    }
}
