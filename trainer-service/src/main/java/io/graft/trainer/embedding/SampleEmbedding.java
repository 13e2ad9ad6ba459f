package io.graft.trainer.embedding;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

import io.graft.backbone.Backbones;
import io.graft.event.Topics;
import io.graft.event.TransactionalLoop;
import io.graft.event.Transactions;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.sample.SampleContentCodec;
import io.graft.sample.SampleEventCodec;
import io.graft.trace.Step;
import io.graft.trace.Tracing;
import io.graft.trainer.setup.EventProducer;
import io.graft.trainer.setup.ReplicaConfig;
import io.smallrye.common.annotation.Identifier;

/** The arrow from {@code labelled-samples} to {@code sample-features}: any replica embeds any partition. */
@Singleton
public class SampleEmbedding {

    private static final String GROUP = "graft-embedder";

    private final Topics topics;
    private final EmbeddingPool pool;
    private final BackboneOpening opening;
    private final DimensionLog dimensions;
    private final FeatureMaker maker;
    private final SampleEmbedder embedder;
    private final SampleMetrics metrics;
    private final Tracing tracing;
    private final SampleTraces traces;
    private final TransactionalLoop loop;

    private volatile @Nullable Problem setback;

    @Inject
    SampleEmbedding(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, ReplicaConfig replica,
            EmbeddingConfig config, Backbones backbones, SampleMetrics metrics, EventProducer events, Tracing tracing,
            TaskBackbones tasks) {
        this.topics = topics;
        this.metrics = metrics;
        this.tracing = tracing;
        this.traces = new SampleTraces(tracing);
        this.pool = new EmbeddingPool(config.threads().orElse(Runtime.getRuntime().availableProcessors()),
                config.batchSize() > 0 ? config.batchSize() : backbones.image().descriptor().usualBatchSize());
        this.dimensions = new DimensionLog("graft-task-dimensions-" + replica.name(), kafka, topics.taskDimensions(),
                events::send);
        this.maker = new FeatureMaker(pool, config.viewCount());
        this.opening = new BackboneOpening(backbones, config.backboneWaitLimit(), tasks);
        this.embedder = new SampleEmbedder(new SampleEventCodec(new SampleContentCodec(config.sampleBytesMax())), backbones,
                opening, pool,
                new RecentEmbeddings(config.rememberedCount() / (1 + config.viewCount())), dimensions, maker, tasks);
        this.loop = new TransactionalLoop(kafka, topics.labelledSamples(), group(topics), replica.name(),
                config.transactionSize(), this::embed);
    }

    /** The group whose committed offsets say what has been embedded. */
    public static String group(Topics topics) {
        return topics.prefix() + GROUP;
    }

    /** Makes features as the stage does, on its threads. */
    public FeatureMaker maker() {
        return maker;
    }

    public void start() {
        dimensions.start();
        loop.start();
    }

    /** Why embedding has ended, if it has ended on its own. */
    public Optional<Throwable> failure() {
        return loop.failure().or(dimensions::failure);
    }

    /**
     * Why the samples whose turn it is cannot be embedded: a backbone cannot be opened, or fails. They are tried again and
     * again, and those behind them wait.
     */
    public Optional<Problem> setback() {
        return Optional.ofNullable(setback);
    }

    /**
     * The backbones that samples of their tasks do without, since they cannot be had now, with why. No sample waits for them.
     */
    public SortedMap<BackboneId, Problem> closedBackbones() {
        return opening.closed();
    }

    private TransactionalLoop.Result embed(List<ConsumerRecord<byte[], byte[]>> batch, Transactions transactions) {
        Step step = tracing.process(batch);
        try {
            TransactionalLoop.Result embedded = embedTraced(batch, transactions);
            setback = null;
            return embedded;
        } catch (Problem e) {
            step.fail(e.code());
            metrics.countSetback(e);
            setback = e.type() == ProblemType.BROKEN ? e : null;
            throw e;
        } finally {
            step.close();
        }
    }

    private TransactionalLoop.Result embedTraced(List<ConsumerRecord<byte[], byte[]>> batch, Transactions transactions) {
        FeatureRecords records = new FeatureRecords(topics.sampleFeatures(),
                transactions.partitionCount(topics.sampleFeatures()));
        Instant begunAt = Instant.now();
        long begunAtNanos = System.nanoTime();
        List<EmbeddingOutcome> outcomes = embedder.embed(batch);
        long tookNanos = System.nanoTime() - begunAtNanos;
        List<ProducerRecord<byte[], byte[]>> written = outcomes.stream().map(records::of).toList();
        traces.embedded(batch, outcomes, written, begunAt);
        return new TransactionalLoop.Result(written, () -> metrics.count(batch, outcomes, tookNanos));
    }

    /** Embeds what it has read, commits it and leaves the group; does not wait for it. */
    public void leave() {
        loop.leave();
    }

    public void close() {
        loop.close();
        opening.close();
        dimensions.close();
        pool.close();
    }
}
