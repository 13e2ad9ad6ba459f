package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;

/** No node has two pods of a pool of Kafka, and no zone all of them where there are several. */
final class SpreadOfKafka implements Check {

    private static final String POD = "/spec/template/pod";

    @Override
    public List<String> violations(Manifests manifests) {
        List<String> violations = new ArrayList<>();
        for (Manifest pool : manifests.ofKind("KafkaNodePool")) {
            if (pool.at("/spec/replicas").asInt() > 1) {
                if (!spreads(pool, POD + "/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution",
                        "kubernetes.io/hostname")) {
                    violations.add(pool + " may have two pods on one node");
                }
                if (!spreads(pool, POD + "/topologySpreadConstraints", "topology.kubernetes.io/zone")) {
                    violations.add(pool + " may have all pods in one zone");
                }
            }
        }
        return violations;
    }

    /** Whether one of these terms keeps the pool's own pods apart, and no others from them. */
    private static boolean spreads(Manifest pool, String terms, String topologyKey) {
        Map<String, String> own = Map.of("strimzi.io/cluster",
                String.valueOf(pool.labels("/metadata/labels").get("strimzi.io/cluster")), "strimzi.io/pool-name",
                pool.name());
        return StreamSupport.stream(pool.at(terms).spliterator(), false)
                .anyMatch(term -> term.path("topologyKey").asText().equals(topologyKey) && own.equals(labels(term)));
    }

    private static Map<String, String> labels(JsonNode term) {
        return Manifest.map(term.at("/labelSelector/matchLabels"));
    }
}
