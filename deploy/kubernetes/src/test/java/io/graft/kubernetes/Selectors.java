package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

/** Whatever selects pods or Services by label finds some. */
final class Selectors implements Check {

    @Override
    public List<String> violations(Manifests manifests) {
        List<String> violations = new ArrayList<>();
        List<Map<String, String>> pods = manifests.podLabels();
        manifests.ofKind("Service").forEach(each -> require(violations, each, each.at("/spec/selector"), pods, "pod"));
        manifests.ofKind("PodDisruptionBudget")
                .forEach(each -> require(violations, each, each.at("/spec/selector/matchLabels"), pods, "pod"));
        manifests.ofKind("PodMonitor")
                .forEach(each -> require(violations, each, each.at("/spec/selector/matchLabels"), pods, "pod"));
        for (Manifest policy : manifests.ofKind("NetworkPolicy")) {
            require(violations, policy, policy.at("/spec/podSelector/matchLabels"), pods, "pod");
            for (String rules : List.of("/spec/ingress", "/spec/egress")) {
                for (JsonNode rule : policy.at(rules)) {
                    requirePeers(violations, policy, rule.path(rules.endsWith("ingress") ? "from" : "to"), pods);
                }
            }
        }
        for (Manifest kafka : manifests.ofKind("Kafka")) {
            kafka.at("/spec/kafka/listeners")
                    .forEach(listener -> requirePeers(violations, kafka, listener.path("networkPolicyPeers"), pods));
        }
        for (Manifest workload : manifests.workloads()) {
            List<Map<String, String>> own = List.of(workload.labels("/spec/template/metadata/labels"));
            require(violations, workload, workload.at("/spec/selector/matchLabels"), own, "pod of its own");
            workload.at("/spec/template/spec/topologySpreadConstraints").forEach(constraint -> require(violations, workload,
                    constraint.at("/labelSelector/matchLabels"), own, "pod of its own"));
        }
        List<Map<String, String>> services = manifests.ofKind("Service").stream().map(each -> each.labels("/metadata/labels"))
                .toList();
        manifests.ofKind("ServiceMonitor")
                .forEach(each -> require(violations, each, each.at("/spec/selector/matchLabels"), services, "Service"));
        return violations;
    }

    /** Peers of other namespaces are not ours to know. */
    private static void requirePeers(List<String> violations, Manifest owner, JsonNode peers, List<Map<String, String>> pods) {
        for (JsonNode peer : peers) {
            if (!peer.has("namespaceSelector")) {
                require(violations, owner, peer.at("/podSelector/matchLabels"), pods, "pod");
            }
        }
    }

    private static void require(List<String> violations, Manifest owner, JsonNode selector, List<Map<String, String>> labels,
            String noun) {
        Map<String, String> wanted = Manifest.map(selector);
        if (wanted.isEmpty() || labels.stream().noneMatch(each -> each.entrySet().containsAll(wanted.entrySet()))) {
            violations.add(owner + " selects " + wanted + " (expected: the labels of a " + noun + ")");
        }
    }
}
