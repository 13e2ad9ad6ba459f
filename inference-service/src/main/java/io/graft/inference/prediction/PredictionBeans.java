package io.graft.inference.prediction;

import java.time.InstantSource;
import java.util.Map;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.Backbones;
import io.graft.inference.serving.ReplicaConfig;
import io.graft.inference.serving.ServingTable;
import io.graft.sample.SampleContentCodec;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;

/** Makes the parts of this package out of the configuration. */
final class PredictionBeans {

    @Produces
    @Singleton
    Batchers batchers(PredictionConfig config, Backbones backbones, PredictionMetrics metrics) {
        Backbone backbone = backbones.image();
        BackboneDescriptor descriptor = backbone.descriptor();
        int workerCount = config.workerCount() > 0 ? config.workerCount()
                : descriptor.device().equals("gpu") ? 1 : coreCount();
        if (config.inputCountMax() > config.queueCapacity()) {
            throw new IllegalArgumentException("graft.prediction.input-count-max is " + config.inputCountMax()
                    + " (expected: at most graft.prediction.queue-capacity, " + config.queueCapacity() + ")");
        }
        BatcherLimits limits = new BatcherLimits(workerCount, config.batchSizeMax(), config.queueCapacity());
        Batchers batchers = new Batchers(
                Map.of(descriptor.sha256(), Batcher.start(backbone, limits, metrics.batches(descriptor))));
        metrics.bind(batchers, descriptor);
        return batchers;
    }

    @Produces
    @Singleton
    Predictor predictor(PredictionConfig config, ServingTable table, Batchers batchers, PredictionMetrics metrics,
            AnswerMetrics answers, PredictionIds ids, PredictionObserver observer, InstantSource clock) {
        int decodeCountMax = config.decodeCountMax() > 0 ? config.decodeCountMax() : coreCount();
        return new Predictor(table, batchers, decodeCountMax, config.timeout(), metrics, answers, ids, observer, clock);
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

    /** Warms the backbone before the first request, and not with it. */
    void start(@Observes StartupEvent event, Batchers batchers) {
    }

    /** Before the backbones are closed, whose memory the workers use. */
    void stop(@Observes ShutdownEvent event, Batchers batchers) {
        batchers.close();
    }

    private static int coreCount() {
        return Runtime.getRuntime().availableProcessors();
    }
}
