package io.graft.inference.serving;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.graft.backbone.Backbones;
import io.graft.event.Topics;
import io.graft.model.KafkaModelArchive;
import io.graft.model.TailReader;
import io.graft.signature.ModelSignatures;
import io.graft.store.ObjectStore;
import io.graft.trace.Tracing;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.common.annotation.Identifier;

/** Makes the parts of this package out of the configuration. */
final class ServingBeans {

    private static final Duration ARCHIVE_RETRY_DELAY = Duration.ofSeconds(1);

    @Produces
    @Singleton
    InstantSource clock() {
        return InstantSource.system();
    }

    /** What is switched off is not asked at all: the beans of a disabled SDK still make spans, to throw them away. */
    @Produces
    @Singleton
    Tracing tracing(OpenTelemetry telemetry, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
        return disabled ? Tracing.OFF : Tracing.to(telemetry);
    }

    @Produces
    @Singleton
    Topics topics(TopicsConfig config) {
        return new Topics(config.prefix().orElse(""));
    }

    @Produces
    @Singleton
    Backbones backbones(BackboneSettings settings, NamedBackbones named, InstantSource clock) {
        return new Backbones(settings.toConfig(named), clock);
    }

    void close(@Disposes Backbones backbones) {
        backbones.close();
    }

    @Produces
    @Singleton
    TailLookup tails(ServingConfig config, BackboneSettings settings, NamedBackbones named, Optional<ObjectStore> store,
            InstantSource clock) {
        return new TailLoader(new TailReader(store, config.tailBytesMax()), settings.toConfig(named).retryDelay(), clock);
    }

    @Produces
    @Singleton
    BackgroundArchive archive(ServingConfig config, InstantSource clock,
            @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        KafkaModelArchive archive = new KafkaModelArchive(kafka, config.archiveReadMax());
        return new BackgroundArchive(place -> archive.read(place).map(ModelRecord::of), ARCHIVE_RETRY_DELAY, clock);
    }

    void close(@Disposes BackgroundArchive archive) {
        archive.close();
    }

    @Produces
    @Singleton
    ServingTable table(ServingConfig config, SigningConfig signing, BackboneLookup backbones, TailLookup tails,
            BackgroundArchive archive, ServingListener listener, Tracing tracing, InstantSource clock) {
        ServingLimits limits = new ServingLimits(config.taskCountMax(), config.promotedTaskCountMax(),
                config.versionCountMax(), config.loadedCountMax(), config.loadedTailCountMax(), config.promotionWaitMax(),
                config.backboneWaitMax());
        ModelSignatures signatures = ModelSignatures.open(signing.publicKeys().orElse(List.of()));
        return new ServingTable(new ModelVerifier(backbones, tails, signatures, config.headBytesMax()), archive, limits,
                new SwapTraces(tracing, listener), clock);
    }
}
