package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What is named by another object is there: workloads, Services, accounts, roles, ConfigMaps, and Secrets that somebody makes.
 */
final class References implements Check {

    /** Those that an operator makes by hand; docs/operations.md says how. */
    private static final Set<String> SECRETS_BY_HAND = Set.of("graft-access", "graft-signing-private", "graft-signing-public",
            "graft-inference-tls");

    @Override
    public List<String> violations(Manifests manifests) {
        List<String> violations = new ArrayList<>();
        Set<String> secrets = secrets(manifests);
        for (Manifest manifest : manifests.all()) {
            Stream.of("scaleTargetRef", "roleRef").flatMap(field -> manifest.node().findValues(field).stream()).forEach(
                    target -> require(violations, manifest, manifests, target.path("kind").asText(), target.path("name")));
            for (JsonNode claim : manifest.node().findValues("secretKeyRef")) {
                requireSecret(violations, manifest, secrets, claim.path("name"));
            }
            manifest.node().findValues("secretName")
                    .forEach(secret -> requireSecret(violations, manifest, secrets, secret));
            manifest.at("/spec/secretTargetRef")
                    .forEach(target -> requireSecret(violations, manifest, secrets, target.path("name")));
            manifest.at("/spec/configMapTargetRef")
                    .forEach(target -> require(violations, manifest, manifests, "ConfigMap", target.path("name")));
            manifest.at("/spec/triggers").forEach(trigger -> require(violations, manifest, manifests, "TriggerAuthentication",
                    trigger.at("/authenticationRef/name")));
        }
        for (Manifest workload : manifests.workloads()) {
            require(violations, workload, manifests, "Service", workload.at("/spec/serviceName"));
            require(violations, workload, manifests, "ServiceAccount", workload.at("/spec/template/spec/serviceAccountName"));
            workload.at("/spec/template/spec/volumes").findValues("configMap")
                    .forEach(map -> require(violations, workload, manifests, "ConfigMap", map.path("name")));
        }
        for (Manifest each : Stream.of("KafkaTopic", "KafkaUser", "KafkaNodePool")
                .flatMap(kind -> manifests.ofKind(kind).stream())
                .toList()) {
            require(violations, each, manifests, "Kafka",
                    each.node().path("metadata").path("labels").path("strimzi.io/cluster"));
        }
        return violations;
    }

    private static Set<String> secrets(Manifests manifests) {
        Stream<String> users = manifests.ofKind("KafkaUser").stream().map(Manifest::name);
        Stream<String> authorities = manifests.ofKind("Kafka").stream().map(kafka -> kafka.name() + "-cluster-ca-cert");
        return Stream.of(users, authorities, SECRETS_BY_HAND.stream()).flatMap(names -> names).collect(Collectors.toSet());
    }

    private static void require(List<String> violations, Manifest owner, Manifests manifests, String kind, JsonNode name) {
        if (manifests.find(kind, name.asText()).isEmpty()) {
            violations.add(owner + " names the " + kind + " '" + name.asText() + "', which is not there");
        }
    }

    private static void requireSecret(List<String> violations, Manifest owner, Set<String> secrets, JsonNode name) {
        if (!secrets.contains(name.asText())) {
            violations.add(owner + " names the Secret '" + name.asText() + "', which nobody makes");
        }
    }
}
