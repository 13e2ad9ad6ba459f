package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;

/** Pods keep Kubernetes' restricted standard, and those of the services somewhat more. */
final class RestrictedPods implements Check {

    private static final Set<String> VOLUMES = Set.of("configMap", "secret", "emptyDir");
    private static final int USER = 10001;
    /** That of Kafka in Strimzi's images. */
    private static final int GROUP_OF_KAFKA = 0;

    @Override
    public List<String> violations(Manifests manifests) {
        List<String> violations = new ArrayList<>();
        for (Manifest namespace : manifests.ofKind("Namespace")) {
            require(violations, namespace, "restricted".equals(
                    namespace.labels("/metadata/labels").get("pod-security.kubernetes.io/enforce")),
                    "does not enforce 'restricted'");
        }
        for (Manifest account : manifests.ofKind("ServiceAccount")) {
            require(violations, account, isFalse(account.node().path("automountServiceAccountToken")), "mounts its token");
        }
        for (Manifest workload : manifests.workloads()) {
            checkWorkload(violations, workload);
        }
        for (Manifest pool : manifests.ofKind("KafkaNodePool")) {
            checkPod(violations, pool, pool.at("/spec/template/pod/securityContext"));
            checkContainer(violations, pool, pool.at("/spec/template/kafkaContainer/securityContext"));
            require(violations, pool, !pool.at("/spec/storage").findValuesAsText("type").contains("persistent-claim")
                    || pool.at("/spec/template/pod/securityContext/fsGroup").asInt(-1) == GROUP_OF_KAFKA,
                    "may not write its volumes (expected: fsGroup " + GROUP_OF_KAFKA + ")");
        }
        for (Manifest kafka : manifests.ofKind("Kafka")) {
            for (String template : List.of("/spec/entityOperator/template", "/spec/kafkaExporter/template")) {
                checkPod(violations, kafka, kafka.at(template + "/pod/securityContext"));
                for (var entry : kafka.at(template).properties()) {
                    if (entry.getKey().toLowerCase(Locale.ROOT).endsWith("container")) {
                        checkContainer(violations, kafka, entry.getValue().path("securityContext"));
                    }
                }
            }
        }
        return violations;
    }

    private static void checkWorkload(List<String> violations, Manifest workload) {
        JsonNode pod = workload.at("/spec/template/spec");
        checkPod(violations, workload, pod.path("securityContext"));
        require(violations, workload, pod.at("/securityContext/runAsUser").asInt() == USER, "does not run as user " + USER);
        require(violations, workload, isFalse(pod.path("automountServiceAccountToken")), "mounts its account's token");
        require(violations, workload, isFalse(pod.path("enableServiceLinks")), "takes Services as environment variables");
        for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
            require(violations, workload, !pod.path(shared).asBoolean(), "has " + shared);
        }
        for (JsonNode volume : pod.path("volumes")) {
            for (var entry : volume.properties()) {
                require(violations, workload, entry.getKey().equals("name") || VOLUMES.contains(entry.getKey()),
                        "has a volume of the kind " + entry.getKey());
            }
            require(violations, workload, !volume.has("emptyDir") || volume.path("emptyDir").has("sizeLimit"),
                    "has an emptyDir without a limit");
        }
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : pod.path(list)) {
                checkContainer(violations, workload, container.path("securityContext"));
                require(violations, workload, container.at("/securityContext/readOnlyRootFilesystem").asBoolean(),
                        "may write its root file system");
                require(violations, workload, StreamSupport.stream(container.path("volumeMounts").spliterator(), false)
                        .anyMatch(mount -> mount.path("mountPath").asText().equals("/tmp")), "has no room at /tmp");
            }
        }
    }

    private static void checkPod(List<String> violations, Manifest owner, JsonNode security) {
        require(violations, owner, security.path("runAsNonRoot").asBoolean(), "may run as root");
        require(violations, owner, security.at("/seccompProfile/type").asText().equals("RuntimeDefault"),
                "has not the seccomp profile RuntimeDefault");
    }

    private static void checkContainer(List<String> violations, Manifest owner, JsonNode security) {
        require(violations, owner, isFalse(security.path("allowPrivilegeEscalation")), "may gain privileges");
        require(violations, owner, !security.path("privileged").asBoolean(), "is privileged");
        require(violations, owner, security.at("/capabilities/drop").toString().equals("[\"ALL\"]")
                && security.at("/capabilities/add").isMissingNode(), "keeps capabilities");
    }

    private static boolean isFalse(JsonNode node) {
        return node.isBoolean() && !node.booleanValue();
    }

    private static void require(List<String> violations, Manifest owner, boolean holds, String sentence) {
        if (!holds) {
            violations.add(owner + " " + sentence);
        }
    }
}
