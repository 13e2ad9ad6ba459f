package io.graft.trainer;

import java.util.Map;

import io.graft.testing.Ports;
import io.graft.testing.SpanCollector;
import io.quarkus.test.junit.QuarkusTestProfile;

/** A service that was told to trace as the page on operations says; the test has the collector. */
public final class Traced implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return SpanCollector.configuration(Ports.free());
    }
}
