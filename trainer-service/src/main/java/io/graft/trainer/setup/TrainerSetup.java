package io.graft.trainer.setup;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;

import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.admin.Admin;
import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.Backbones;
import io.graft.backbone.Cpu;
import io.graft.backbone.HeadProgram;
import io.graft.backbone.TorchEngine;
import io.graft.event.Topics;
import io.graft.model.KafkaModelArchive;
import io.graft.model.ModelReady.Software;
import io.graft.trace.Tracing;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.common.annotation.Identifier;

/** Makes what the stages share, once each. */
@Singleton
class TrainerSetup {

    @Produces
    @Singleton
    Topics topics(TopicsConfig config) {
        return new Topics(config.prefix().orElse(""));
    }

    /** What is switched off is not asked at all: the beans of a disabled SDK still make spans, to throw them away. */
    @Produces
    @Singleton
    Tracing tracing(OpenTelemetry telemetry, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
        return disabled ? Tracing.OFF : Tracing.to(telemetry);
    }

    @Produces
    @Singleton
    Admin admin(@Identifier("default-kafka-broker") Map<String, Object> kafka) {
        return Admin.create(kafka);
    }

    void close(@Disposes Admin admin) {
        admin.close();
    }

    @Produces
    @Singleton
    Backbones backbones(BackboneSettings settings, NamedBackbones named, MeterRegistry registry) {
        Backbones backbones = Backbones.open(settings.toConfig(named));
        BackboneDescriptor image = backbones.image().descriptor();
        Gauge.builder("graft.backbone.info", () -> 1).description("The backbone that embeds images; always 1")
                .tags("backbone", image.id().value(), "sha256", image.sha256(), "precision", image.precision(), "device",
                        image.device())
                .register(registry);
        return backbones;
    }

    void close(@Disposes Backbones backbones) {
        backbones.close();
    }

    @Produces
    @Singleton
    HeadProgram headProgram() {
        return HeadProgram.load();
    }

    void close(@Disposes HeadProgram program) {
        program.close();
    }

    @Produces
    @Singleton
    KafkaModelArchive archive(@Identifier("default-kafka-broker") Map<String, Object> kafka, HistoryConfig config) {
        return new KafkaModelArchive(kafka, config.archiveReadMax());
    }

    /** What this process is, as the versions that it makes say it. */
    @Produces
    @Singleton
    Software software(@ConfigProperty(name = "quarkus.application.version") String release) {
        return new Software(release, TorchEngine.version(), Optional.of(Cpu.describe()));
    }

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }
}
