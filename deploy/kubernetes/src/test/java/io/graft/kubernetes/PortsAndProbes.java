package io.graft.kubernetes;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

/** Ports and probes are those that the services have, and every Service, monitor, policy and route leads to one of them. */
final class PortsAndProbes implements Check {

    private static final Map<String, String> PROBES = Map.of("startupProbe", "/q/health/started", "livenessProbe",
            "/q/health/live", "readinessProbe", "/q/health/ready");
    private static final String METRICS = "/q/metrics";
    /** What clients call; beside it are metrics, health and OpenAPI, which are nobody's outside. */
    private static final List<String> CALLS = List.of("/v1", "/v2");
    private static final int DNS = 53;

    @Override
    public List<String> violations(Manifests manifests) {
        List<String> violations = new ArrayList<>();
        Set<String> ports = new HashSet<>(Set.of(Integer.toString(DNS)));
        for (Manifest kafka : manifests.ofKind("Kafka")) {
            kafka.at("/spec/kafka/listeners").forEach(listener -> ports.add(listener.path("port").asText()));
        }
        for (Manifest workload : manifests.workloads()) {
            for (JsonNode container : workload.at("/spec/template/spec/containers")) {
                ports.add(httpPort(container.path("name").asText() + "-service"));
                checkContainer(violations, workload, container);
            }
        }
        for (Manifest service : manifests.ofKind("Service")) {
            for (JsonNode port : service.at("/spec/ports")) {
                checkServicePort(violations, manifests, service, port);
            }
        }
        for (Manifest policy : manifests.ofKind("NetworkPolicy")) {
            for (JsonNode list : policy.node().findValues("ports")) {
                list.forEach(port -> require(violations, ports.contains(port.path("port").asText()),
                        policy + " allows port " + port.path("port") + ", which nobody has"));
            }
        }
        for (Manifest monitor : manifests.ofKind("ServiceMonitor")) {
            for (JsonNode endpoint : monitor.at("/spec/endpoints")) {
                require(violations, endpoint.path("path").asText().equals(METRICS),
                        monitor + " scrapes " + endpoint.path("path") + " (expected: " + METRICS + ")");
                require(violations, hasPort(manifests.ofKind("Service"), endpoint.path("port").asText()),
                        monitor + " scrapes the port " + endpoint.path("port") + ", which no Service has");
            }
        }
        for (Manifest ingress : manifests.ofKind("Ingress")) {
            for (String path : ingress.node().findValuesAsText("path")) {
                require(violations, CALLS.contains(path),
                        ingress + " publishes \"" + path + "\" (expected: some of " + CALLS + ")");
            }
            for (JsonNode backend : ingress.node().findValues("service")) {
                List<Manifest> target = manifests.find("Service", backend.path("name").asText()).stream().toList();
                require(violations, hasPort(target, backend.at("/port/name").asText()), ingress + " leads to " + backend
                        + " (expected: a Service and one of its ports)");
            }
        }
        return violations;
    }

    private static void checkContainer(List<String> violations, Manifest workload, JsonNode container) {
        String service = container.path("name").asText() + "-service";
        String port = httpPort(service);
        String name = container.at("/ports/0/name").asText();
        require(violations, container.at("/ports/0/containerPort").asText().equals(port), workload + " has port "
                + container.at("/ports/0/containerPort") + " (expected: " + port + ", that of the " + service + ")");
        PROBES.forEach((probe, path) -> {
            JsonNode get = container.path(probe).path("httpGet");
            require(violations, get.path("path").asText().equals(path),
                    workload + " has the " + probe + " " + get.path("path") + " (expected: " + path + ")");
            require(violations, Set.of(port, name).contains(get.path("port").asText()),
                    workload + " has the " + probe + " at port " + get.path("port") + " (expected: " + port + ")");
        });
        for (String kind : List.of("requests", "limits")) {
            require(violations, container.path("resources").path(kind).hasNonNull("memory")
                    && container.path("resources").path(kind).hasNonNull("cpu"), workload + " has no " + kind);
        }
    }

    /** The port of the service's HTTP; it has no other one for what operators call. */
    private static String httpPort(String service) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Checkout.text(service + "/src/main/resources/application.properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (properties.stringPropertyNames().stream()
                .anyMatch(key -> key.startsWith("quarkus.management.") || key.endsWith(".root-path")
                        || key.endsWith("non-application-root-path"))) {
            throw new IllegalStateException(service + " has moved its paths or ports (expected: /q at quarkus.http.port)");
        }
        return properties.getProperty("quarkus.http.port");
    }

    private static void checkServicePort(List<String> violations, Manifests manifests, Manifest service, JsonNode port) {
        Map<String, String> selector = service.labels("/spec/selector");
        boolean found = manifests.workloads().stream()
                .filter(each -> each.labels("/spec/template/metadata/labels").entrySet().containsAll(selector.entrySet()))
                .flatMap(each -> each.at("/spec/template/spec/containers").findValues("ports").stream())
                .anyMatch(ports -> {
                    for (JsonNode each : ports) {
                        if (each.path("name").asText().equals(port.path("targetPort").asText())
                                && each.path("containerPort").asText().equals(port.path("port").asText())) {
                            return true;
                        }
                    }
                    return false;
                });
        require(violations, found, service + " leads to " + port + " (expected: a port of its pods)");
    }

    private static boolean hasPort(List<Manifest> services, String name) {
        return services.stream().flatMap(each -> each.at("/spec/ports").findValuesAsText("name").stream())
                .anyMatch(name::equals);
    }

    private static void require(List<String> violations, boolean holds, String sentence) {
        if (!holds) {
            violations.add(sentence);
        }
    }
}
