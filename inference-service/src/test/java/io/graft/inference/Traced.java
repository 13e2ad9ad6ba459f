package io.graft.inference;

import java.util.Map;

import io.graft.testing.Ports;
import io.quarkus.test.junit.QuarkusTestProfile;

/** A service that was told to trace as the page on operations says; the test has the collector. */
public final class Traced implements QuarkusTestProfile {

    static final String ENDPOINT = "otel.exporter.otlp.endpoint";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("otel.sdk.disabled", "false", ENDPOINT, "http://localhost:" + Ports.free(),
                "otel.exporter.otlp.protocol", "http/protobuf", "quarkus.otel.bsp.schedule.delay", "100ms");
    }
}
