package io.graft.trainer.memory;

import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

import io.graft.backbone.Backbones;
import io.graft.event.TopicReplay;
import io.graft.event.Topics;
import io.graft.problem.Problem;
import io.graft.trainer.history.ModelHistory;
import io.graft.trainer.history.RunHistory;
import io.graft.trainer.history.TrainingPolicies;
import io.graft.trainer.history.TriggerHistory;
import io.graft.trainer.setup.EventProducer;
import io.graft.trainer.setup.FeaturesConfig;
import io.graft.trainer.setup.HistoryConfig;
import io.graft.trainer.setup.ReplicaConfig;
import io.graft.trainer.setup.TrainingPoliciesConfig;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.FeatureTable;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Identifier;

/**
 * The features of the partitions that this replica owns, and the versions and runs of all tasks. Kafka is the disk: a restart
 * reads them again.
 */
@Singleton
public class TrainerMemory implements TopicReplay.Handler {

    private static final Logger LOG = Logger.getLogger(TrainerMemory.class);

    private final Topics topics;
    private final FeatureTable features;
    private final ModelHistory models;
    private final RunHistory runs = new RunHistory();
    private final TrainingPolicies policies;
    private final TriggerHistory triggers = new TriggerHistory();
    private final TopicReplay replay;
    private final WinnerRewrite rewrite;

    @Inject
    TrainerMemory(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, ReplicaConfig replica,
            HistoryConfig history, Backbones backbones, FeatureMetrics metrics, TrainingPoliciesConfig configured,
            MeterRegistry registry, EventProducer events, FeaturesConfig config, Clock clock) {
        this.topics = topics;
        this.features = new FeatureTable(BackboneKey.in(backbones), metrics);
        metrics.watch(features);
        this.models = new ModelHistory(topics, history.versionCountMax());
        this.policies = new TrainingPolicies(configured.toPolicies(),
                code -> registry.counter("graft.training.policies.rejected", "code", code).increment());
        this.replay = new TopicReplay("graft-trainer-memory-" + replica.name(), kafka,
                Set.of(topics.modelReady(), topics.promotions(), topics.trainingProgress(), topics.trainingPolicies(),
                        topics.trainingTriggers()),
                this);
        this.rewrite = new WinnerRewrite(topics.sampleFeatures(), features,
                new OldFeatures(features, models, runs, clock, config.oldBackboneRetention()), replay, events, metrics);
    }

    @Override
    public void apply(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(topics.sampleFeatures())) {
            features.apply(record);
        } else if (record.topic().equals(topics.trainingPolicies())) {
            policies.apply(record);
        } else {
            applyEvent(record);
        }
    }

    /** What the trainer itself has written: a record that is none of it is skipped. */
    private void applyEvent(ConsumerRecord<byte[], byte[]> record) {
        try {
            if (record.topic().equals(topics.trainingProgress())) {
                runs.apply(record);
            } else if (record.topic().equals(topics.trainingTriggers())) {
                triggers.apply(record);
            } else {
                models.apply(record);
            }
        } catch (Problem e) {
            LOG.warnf("Event skipped code=%s reason=%s topic=%s partition=%d offset=%d", e.code(), e.sentence(), record.topic(),
                    record.partition(), record.offset());
        }
    }

    @Override
    public void drop(TopicPartition partition) {
        features.drop(partition);
    }

    public void start() {
        replay.start();
        rewrite.start();
    }

    /** Holds the features of these partitions of {@code sample-features} and no others. */
    public void own(Collection<Integer> partitions) {
        replay.readPartitions(partitions.stream().map(partition -> new TopicPartition(topics.sampleFeatures(), partition))
                .toList());
    }

    public FeatureTable features() {
        return features;
    }

    public ModelHistory models() {
        return models;
    }

    public RunHistory runs() {
        return runs;
    }

    public TrainingPolicies policies() {
        return policies;
    }

    public TriggerHistory triggers() {
        return triggers;
    }

    public TopicReplay replay() {
        return replay;
    }

    public void close() {
        rewrite.close();
        replay.close();
    }
}
