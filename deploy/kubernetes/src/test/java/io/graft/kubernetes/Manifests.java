package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Everything that one command applies. */
record Manifests(List<Manifest> all) {

    /** Kinds of which pods come, with a template at the same place. */
    private static final Set<String> WORKLOADS = Set.of("StatefulSet", "Deployment", "DaemonSet", "Job");

    Manifests {
        all = List.copyOf(all);
    }

    List<Manifest> ofKind(String kind) {
        return all.stream().filter(each -> each.kind().equals(kind)).toList();
    }

    Optional<Manifest> find(String kind, String name) {
        return ofKind(kind).stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /** What makes pods of Graft's images. */
    List<Manifest> workloads() {
        return all.stream().filter(each -> WORKLOADS.contains(each.kind())).toList();
    }

    /**
     * The labels of every pod that will be there: those of the workloads, and those that Strimzi's operator makes of a cluster.
     */
    List<Map<String, String>> podLabels() {
        List<Map<String, String>> labels = new ArrayList<>();
        workloads().forEach(each -> labels.add(each.labels("/spec/template/metadata/labels")));
        for (Manifest kafka : ofKind("Kafka")) {
            labels.add(Map.of("strimzi.io/cluster", kafka.name(), "strimzi.io/kind", "Kafka", "strimzi.io/name",
                    kafka.name() + "-kafka"));
            if (kafka.node().at("/spec").has("kafkaExporter")) {
                labels.add(Map.of("strimzi.io/cluster", kafka.name(), "strimzi.io/kind", "Kafka", "strimzi.io/name",
                        kafka.name() + "-kafka-exporter"));
            }
        }
        return labels;
    }

    /** The same with one object changed. */
    Manifests with(String kind, String name, Consumer<ObjectNode> change) {
        Manifest before = find(kind, name).orElseThrow();
        ObjectNode changed = before.node().deepCopy();
        change.accept(changed);
        return new Manifests(all.stream().map(each -> each.equals(before) ? new Manifest(changed) : each).toList());
    }

    Manifests without(String kind, String name) {
        return new Manifests(
                all.stream().filter(each -> !(each.kind().equals(kind) && each.name().equals(name))).toList());
    }
}
