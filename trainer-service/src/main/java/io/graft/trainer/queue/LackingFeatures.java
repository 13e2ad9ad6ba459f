package io.graft.trainer.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneDescriptor;
import io.graft.event.MissingRight;
import io.graft.event.Topics;
import io.graft.event.Transactions;
import io.graft.feature.Feature;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContentCodec;
import io.graft.sample.SampleEvent;
import io.graft.sample.SampleEventCodec;
import io.graft.trainer.embedding.EmbeddingConfig;
import io.graft.trainer.embedding.FeatureMaker;
import io.graft.trainer.embedding.FeatureRecords;
import io.graft.trainer.embedding.SampleEmbedding;
import io.graft.trainer.log.StoredSamples;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.SampleOrigin;
import io.smallrye.common.annotation.Identifier;

/**
 * Embeds what a run's backbone lacks: samples of the task whose features are all of other backbones. Their contents are read
 * again from {@code labelled-samples}, on the run's thread, and what is done is written as it goes, so that a run that dies
 * leaves less to the next one. The transactional id is the task's: whoever runs it next fences whoever did before.
 */
@Singleton
class LackingFeatures {

    private static final Logger LOG = Logger.getLogger(LackingFeatures.class);
    /** Under the embedder's name, which the broker's rights are for; no name of a replica has a slash. */
    private static final String TRANSACTIONAL_ID = "graft-embedder-task/";
    private static final int BATCH_SIZE = 64;

    private final Map<String, Object> kafka;
    private final Topics topics;
    private final TrainerMemory memory;
    private final FeatureMaker maker;
    private final StoredSamples stored;
    private final Duration limit;
    private final TrainingMetrics metrics;
    private final Map<Purpose, Map<SampleId, SampleOrigin>> gone = new ConcurrentHashMap<>();

    private record Purpose(TaskId task, String backboneSha256) {
    }

    /** Hears how a run's embedding goes on; what it throws ends it. */
    interface Listener {

        /** Called often. */
        void goingOn();

        /** So many of those that were lacking have a feature now. */
        void embedded(long embeddedCount, long lackingCount);
    }

    @Inject
    LackingFeatures(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, TrainerMemory memory,
            SampleEmbedding embedding, EmbeddingConfig samples, TrainingConfig config, TrainingMetrics metrics) {
        this.kafka = kafka;
        this.topics = topics;
        this.memory = memory;
        this.maker = embedding.maker();
        this.limit = config.embeddingLimit();
        this.stored = new StoredSamples(kafka, topics, new SampleEventCodec(new SampleContentCodec(samples.sampleBytesMax())),
                limit);
        this.metrics = metrics;
    }

    /**
     * Embeds and writes. A sample whose content is no longer stored, or that the backbone does not embed, stays without a
     * feature of it, and is not looked for again before it changes.
     *
     * @param open opens the backbone, when there is anything to embed
     * @return whether anything was written
     * @throws Problem BROKEN {@code TRAINING_EMBEDDING_LATE} when it takes too long, BUSY when the broker does not answer
     */
    boolean embed(TaskId task, BackboneDescriptor descriptor, Supplier<Backbone> open, Listener listener) {
        BackboneKey key = BackboneKey.of(descriptor);
        Purpose purpose = new Purpose(task, key.sha256());
        Map<SampleId, SampleOrigin> lacking = new HashMap<>(memory.features().lacking(task, key));
        gone.computeIfPresent(purpose, (known, ids) -> stillGone(ids, lacking));
        gone.getOrDefault(purpose, Map.of()).keySet().forEach(lacking::remove);
        if (lacking.isEmpty()) {
            return false;
        }
        LOG.infof("Samples are embedded again task=%s backbone=%s lackingSampleCount=%d", task, key, lacking.size());
        Embedding embedding = new Embedding(task, open.get(), lacking, listener);
        try (Transactions transactions = new Transactions(kafka, topics.prefix() + TRANSACTIONAL_ID + task)) {
            transactions.open();
            embedding.run(transactions);
        } catch (InterruptException e) {
            throw e;
        } catch (MissingRight e) {
            throw Problem.broken("BROKER_REFUSES", e.sentence(), e);
        } catch (KafkaException e) {
            throw Problem.busy("BROKER_BUSY", "embedding samples of task '" + task + "' again failed: " + e.getMessage());
        } catch (Problem e) {
            // What an interrupted thread is told of its embedding is no fault of the backbone.
            listener.goingOn();
            throw e;
        }
        if (!embedding.unusable.isEmpty()) {
            LOG.warnf("Samples stay without a feature task=%s backbone=%s missingSampleCount=%d", task, key,
                    embedding.unusable.size());
            gone.merge(purpose, embedding.unusable, LackingFeatures::both);
        }
        return embedding.embeddedCount > 0;
    }

    private static Map<SampleId, SampleOrigin> stillGone(Map<SampleId, SampleOrigin> ids, Map<SampleId, SampleOrigin> lacking) {
        Map<SampleId, SampleOrigin> still = new HashMap<>(ids);
        still.entrySet().removeIf(entry -> !entry.getValue().equals(lacking.get(entry.getKey())));
        return still;
    }

    private static Map<SampleId, SampleOrigin> both(Map<SampleId, SampleOrigin> one, Map<SampleId, SampleOrigin> other) {
        Map<SampleId, SampleOrigin> both = new HashMap<>(one);
        both.putAll(other);
        return both;
    }

    /** One reading of the stored samples. */
    private final class Embedding implements StoredSamples.Finder {

        private final TaskId task;
        private final Backbone backbone;
        private final Map<SampleId, SampleOrigin> lacking;
        private final Listener listener;
        private final long deadlineNanos = System.nanoTime() + limit.toNanos();
        private final List<SampleEvent.Labelled> batch = new ArrayList<>();
        private final Map<SampleId, SampleOrigin> unusable = new HashMap<>();
        private Optional<Transactions> transactions = Optional.empty();
        private long embeddedCount;

        Embedding(TaskId task, Backbone backbone, Map<SampleId, SampleOrigin> lacking, Listener listener) {
            this.task = task;
            this.backbone = backbone;
            this.lacking = lacking;
            this.listener = listener;
        }

        void run(Transactions open) {
            transactions = Optional.of(open);
            listener.embedded(0, lacking.size());
            unusable.putAll(stored.find(task, lacking, this));
            flush();
        }

        private void leaveOut(SampleId id) {
            SampleOrigin origin = lacking.get(id);
            if (origin != null) {
                unusable.put(id, origin);
            }
        }

        @Override
        public void goingOn() {
            listener.goingOn();
            if (System.nanoTime() > deadlineNanos) {
                throw Problem.broken("TRAINING_EMBEDDING_LATE", "task '" + task + "' embedded " + embeddedCount + " of "
                        + lacking.size() + " samples for backbone '" + backbone.descriptor().id() + "' within " + limit
                        + " (expected: all of them; another request goes on where this one ended)");
            }
        }

        @Override
        public void accept(SampleEvent.Labelled sample) {
            batch.add(sample);
            if (batch.size() >= BATCH_SIZE) {
                flush();
            }
        }

        private void flush() {
            goingOn();
            List<Optional<Feature>> features = maker.make(backbone, batch);
            FeatureRecords records = new FeatureRecords(topics.sampleFeatures(),
                    transactions.orElseThrow().partitionCount(topics.sampleFeatures()));
            List<ProducerRecord<byte[], byte[]>> written = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                features.get(i).map(records::further).ifPresentOrElse(written::add, leavingOut(batch.get(i)));
            }
            batch.clear();
            if (!written.isEmpty()) {
                transactions.orElseThrow().commit(written);
                embeddedCount += written.size();
                metrics.embeddedAgain(task, backbone.descriptor().id(), written.size());
                listener.embedded(embeddedCount, lacking.size());
            }
        }

        private Runnable leavingOut(SampleEvent.Labelled sample) {
            return () -> leaveOut(sample.key().sampleId());
        }
    }
}
