package io.graft.inference.prediction;

import java.time.InstantSource;
import java.util.Map;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.inference.serving.BackboneSettings;
import io.graft.inference.serving.NamedBackbones;
import io.graft.inference.serving.ReplicaConfig;
import io.graft.inference.serving.ServingTable;
import io.graft.sample.SampleContentCodec;
import io.graft.trace.Tracing;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;

/** Makes the parts of this package out of the configuration. */
final class PredictionBeans {

    @Produces
    @Singleton
    Batchers batchers() {
        return new Batchers(Map.of());
    }

    @Produces
    @Singleton
    Cores cores(PredictionConfig config) {
        int decodeCountMax = config.decodeCountMax() > 0 ? config.decodeCountMax() : coreCount();
        int workerCount = config.workerCount() > 0 ? config.workerCount() : coreCount();
        return new Cores(Math.max(decodeCountMax, workerCount), decodeCountMax);
    }

    @Produces
    @Singleton
    BackboneLoader loader(PredictionConfig config, BackboneSettings settings, NamedBackbones named, Backbones backbones,
            Batchers batchers, Cores cores, PredictionMetrics metrics, Tracing tracing, InstantSource clock) {
        if (config.inputCountMax() > config.queueCapacity()) {
            throw new IllegalArgumentException("graft.prediction.input-count-max is " + config.inputCountMax()
                    + " (expected: at most graft.prediction.queue-capacity, " + config.queueCapacity() + ")");
        }
        BackbonesConfig common = settings.toConfig(named);
        BackboneLoader loader = new BackboneLoader(backbones, batchers,
                backbone -> warm(backbone, config, cores, metrics, tracing),
                common.retryDelay(), metrics, clock);
        if (settings.openAtStart()) {
            loader.openNow(common.image());
        }
        return loader;
    }

    private static Batcher warm(Backbone backbone, PredictionConfig config, Cores cores, PredictionMetrics metrics,
            Tracing tracing) {
        BackboneDescriptor descriptor = backbone.descriptor();
        BatcherLimits limits = new BatcherLimits(
                config.workerCount() > 0 ? config.workerCount() : descriptor.usualWorkerCount(),
                config.batchSizeMax() > 0 ? config.batchSizeMax() : descriptor.usualBatchSize(), config.queueCapacity());
        Batcher batcher = Batcher.start(backbone, limits, passCores(descriptor, limits, cores), metrics.batches(descriptor),
                tracing);
        metrics.bind(batcher, descriptor);
        return batcher;
    }

    /** A pass on a GPU keeps no core from decoding. */
    private static Cores passCores(BackboneDescriptor descriptor, BatcherLimits limits, Cores cores) {
        return descriptor.onGpu() ? new Cores(limits.workerCount(), 0) : cores;
    }

    @Produces
    @Singleton
    Predictor predictor(PredictionConfig config, ServingTable table, Batchers batchers, Cores cores, PredictionMetrics metrics,
            AnswerMetrics answers, PredictionIds ids, PredictionObserver observer, Tracing tracing, InstantSource clock) {
        return new Predictor(table, batchers, cores, config.timeout(), config.pictureSideMax(), metrics, answers,
                ids, observer, tracing, clock);
    }

    @Produces
    @Singleton
    PredictionIds predictionIds(ReplicaConfig replica) {
        return new PredictionIds(replica.name());
    }

    @Produces
    @Singleton
    SampleContentCodec contentCodec(PredictionConfig config) {
        return new SampleContentCodec(config.contentBytesMax());
    }

    /** Warms the default backbone before the first request, and not with it. */
    void start(@Observes StartupEvent event, BackboneLoader loader) {
    }

    /** Before the backbones are closed, whose memory the workers use. */
    void stop(@Observes ShutdownEvent event, BackboneLoader loader, Batchers batchers) {
        loader.close();
        batchers.close();
    }

    private static int coreCount() {
        return Runtime.getRuntime().availableProcessors();
    }
}
