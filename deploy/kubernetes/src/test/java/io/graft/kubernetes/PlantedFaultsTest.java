package io.graft.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Each rule finds the fault that it is there for: one is planted, and its sentence comes. */
class PlantedFaultsTest {

    private static final Manifests SOUND = Kustomize.files("cpu");
    private static final String TRAINER = "graft-trainer";

    @ParameterizedTest(name = "{1}")
    @MethodSource
    void areFound(Check check, String sentence, Manifests planted) {
        // Given
        assertThat(check.violations(SOUND)).isEmpty();

        // When
        List<String> violations = check.violations(planted);

        // Then
        assertThat(violations).anySatisfy(violation -> assertThat(violation).contains(sentence));
    }

    static Stream<Arguments> areFound() {
        return Stream.of(
                fault(new KnownFields(), "Unrecognized field \"replica\"",
                        SOUND.with("StatefulSet", TRAINER, set -> at(set, "/spec").put("replica", 1))),
                fault(new KnownFields(), "Unrecognized field \"readOnlyRootFileSystem\"", SOUND.with("StatefulSet", TRAINER,
                        set -> at(set, "/spec/template/spec/containers/0/securityContext").put("readOnlyRootFileSystem",
                                true))),
                fault(new KnownFields(), "Unrecognized field \"partition\"",
                        SOUND.with("KafkaTopic", "promotions", topic -> at(topic, "/spec").put("partition", 1))),
                fault(new KnownFields(), "Unrecognized field \"acl\"",
                        SOUND.with("KafkaUser", TRAINER, user -> at(user, "/spec/authorization").put("acl", "x"))),
                fault(new KnownFields(), "Unrecognized field \"maxReplicas\"",
                        SOUND.with("ScaledObject", TRAINER, scaled -> at(scaled, "/spec").put("maxReplicas", 3))),
                fault(new KnownFields(), "Unrecognized field \"interval_seconds\"",
                        SOUND.with("ServiceMonitor", "graft",
                                each -> at(each, "/spec/endpoints/0").put("interval_seconds", 1))),
                fault(new KnownFields(), "of which nothing is known",
                        SOUND.with("HorizontalPodAutoscaler", "graft-inference",
                                each -> each.put("apiVersion", "autoscaling/v1"))),

                fault(new Selectors(), "Service 'graft-trainer' selects",
                        SOUND.with("Service", TRAINER,
                                each -> at(each, "/spec/selector").put("app.kubernetes.io/name", "trainer"))),
                fault(new Selectors(), "NetworkPolicy 'graft-to-kafka' selects", SOUND.with("NetworkPolicy", "graft-to-kafka",
                        each -> at(each, "/spec/egress/0/to/0/podSelector/matchLabels").put("strimzi.io/cluster", "other"))),
                fault(new Selectors(), "PodDisruptionBudget 'graft-trainer' selects", SOUND.with("PodDisruptionBudget", TRAINER,
                        each -> at(each, "/spec/selector/matchLabels").put("app.kubernetes.io/name", "x"))),
                fault(new Selectors(), "(expected: the labels of a Service)", SOUND.with("ServiceMonitor", "graft",
                        each -> at(each, "/spec/selector/matchLabels").put("app.kubernetes.io/component", "x"))),

                fault(new References(), "names the StatefulSet 'graft-train'",
                        SOUND.with("ScaledObject", TRAINER,
                                each -> at(each, "/spec/scaleTargetRef").put("name", "graft-train"))),
                fault(new References(), "names the Secret 'graft-acess', which nobody makes", SOUND.with("StatefulSet", TRAINER,
                        each -> at(each, "/spec/template/spec/volumes/1/secret").put("secretName", "graft-acess"))),
                fault(new References(), "names the Secret 'graft-trainer', which nobody makes",
                        SOUND.without("KafkaUser", TRAINER)),

                fault(new References(), "names the Role 'graft-prometheus', which is not there",
                        SOUND.without("Role", "graft-prometheus")),

                fault(new PortsAndProbes(), "has the livenessProbe \"/q/health/alive\"", SOUND.with("StatefulSet", TRAINER,
                        each -> at(each, "/spec/template/spec/containers/0/livenessProbe/httpGet").put("path",
                                "/q/health/alive"))),
                fault(new PortsAndProbes(), "has port 8080 (expected: 8081", SOUND.with("StatefulSet", TRAINER,
                        each -> at(each, "/spec/template/spec/containers/0/ports/0").put("containerPort", 8080))),
                fault(new PortsAndProbes(), "at port \"management\"", SOUND.with("StatefulSet", TRAINER,
                        each -> at(each, "/spec/template/spec/containers/0/readinessProbe/httpGet").put("port", "management"))),
                fault(new PortsAndProbes(), "has no limits", SOUND.with("StatefulSet", TRAINER,
                        each -> at(each, "/spec/template/spec/containers/0/resources/limits").remove("memory"))),
                fault(new PortsAndProbes(), "allows port 9092, which nobody has", SOUND.with("NetworkPolicy", "graft-to-kafka",
                        each -> at(each, "/spec/egress/0/ports/0").put("port", 9092))),
                fault(new PortsAndProbes(), "publishes \"/\"", SOUND.with("Ingress", "graft-inference",
                        each -> at(each, "/spec/rules/0/http/paths/0").put("path", "/"))),
                fault(new PortsAndProbes(), "Service 'graft-inference' leads to",
                        SOUND.with("Service", "graft-inference", each -> at(each, "/spec/ports/0").put("targetPort", "web"))),

                fault(new TopicsOfTheContract(), "topic 'promotions' of the contract is not made",
                        SOUND.without("KafkaTopic", "promotions")),
                fault(new TopicsOfTheContract(), "topic 'samples' is made and not in the contract",
                        SOUND.with("KafkaTopic", "labelled-samples", each -> at(each, "/metadata").put("name", "samples"))),
                fault(new TopicsOfTheContract(), "topic 'model-ready' has cleanup.policy 'delete'",
                        SOUND.with("KafkaTopic", "model-ready",
                                each -> at(each, "/spec/config").put("cleanup.policy", "delete"))),
                fault(new TopicsOfTheContract(), "topic 'promotions' has retention.ms '604800000'",
                        SOUND.with("KafkaTopic", "promotions",
                                each -> at(each, "/spec/config").put("retention.ms", 604_800_000))),
                fault(new TopicsOfTheContract(), "topic 'promotions' has partitions '6'",
                        SOUND.with("KafkaTopic", "promotions", each -> at(each, "/spec").put("partitions", 6))),
                fault(new TopicsOfTheContract(), "has a max.message.bytes of 1000000",
                        SOUND.with("KafkaTopic", "labelled-samples",
                                each -> at(each, "/spec/config").put("max.message.bytes", 1_000_000))),
                fault(new TopicsOfTheContract(), "has 5 replicas (expected: 1 to 3)",
                        SOUND.with("KafkaTopic", "promotions", each -> at(each, "/spec").put("replicas", 5))),

                fault(new RightsOnKafka(), "has a right on the topic 'labeled-samples', which is not there",
                        SOUND.with("KafkaUser", "graft-producer", each -> resource(each, 0).put("name", "labeled-samples"))),
                fault(new RightsOnKafka(), "has a right on the topic '*', which is not there",
                        SOUND.with("KafkaUser", "graft-reader", each -> resource(each, 0).put("name", "*"))),
                fault(new RightsOnKafka(), "may All the topic",
                        SOUND.with("KafkaUser", "graft-producer", each -> mayAlso(each, 0, "All"))),
                fault(new RightsOnKafka(), "KafkaUser 'graft-inference' may not Read the topic 'model-ready'",
                        SOUND.with("KafkaUser", "graft-inference",
                                each -> ((ArrayNode) each.at("/spec/authorization/acls")).remove(0))),
                fault(new RightsOnKafka(),
                        "KafkaUser 'graft-inference' may Read the topic 'labelled-samples', which the service "
                                + "does not",
                        SOUND.with("KafkaUser", "graft-inference", each -> mayAlso(each, 7, "Read"))),
                fault(new RightsOnKafka(),
                        "KafkaUser 'graft-trainer' may Write the topic 'predictions', which the service does not",
                        SOUND.with("KafkaUser", TRAINER, each -> {
                            ObjectNode rule = ((ArrayNode) each.at("/spec/authorization/acls")).addObject();
                            rule.putObject("resource").put("type", "topic").put("name", "predictions").put("patternType",
                                    "literal");
                            rule.putArray("operations").add("Write");
                        })),
                fault(new RightsOnKafka(),
                        "KafkaUser 'graft-trainer' may Write the group 'graft-trainer', which the service does not",
                        SOUND.with("KafkaUser", TRAINER, each -> mayAlso(each, 14, "Write"))),

                fault(new RightsOnKafka(),
                        "KafkaUser 'graft-redrive' may not Write the topic 'prediction-requests', which the command does",
                        SOUND.with("KafkaUser", "graft-redrive",
                                each -> ((ArrayNode) each.at("/spec/authorization/acls/4/operations")).remove(1))),

                fault(new NoSecrets(), "sets KAFKA_SASL_JAAS_CONFIG", SOUND.with("StatefulSet", TRAINER,
                        each -> ((ArrayNode) each.at("/spec/template/spec/containers/0/env")).addObject()
                                .put("name", "KAFKA_SASL_JAAS_CONFIG").put("value", "ScramLoginModule required;"))),
                fault(new NoSecrets(), "sets graft.access.api-keys.\"app\".sha256",
                        SOUND.with("ConfigMap", "graft-trainer-config",
                                each -> at(each, "/data").put("application.properties",
                                        "graft.access.api-keys.\"app\".sha256=ab"))),
                fault(new NoSecrets(), "is in the manifests",
                        SOUND.with("ServiceAccount", TRAINER, each -> each.put("kind", "Secret"))),

                fault(new RestrictedPods(), "may run as root", SOUND.with("StatefulSet", TRAINER,
                        each -> at(each, "/spec/template/spec/securityContext").put("runAsNonRoot", false))),
                fault(new RestrictedPods(), "may write its root file system", SOUND.with("StatefulSet", TRAINER,
                        each -> at(each, "/spec/template/spec/containers/0/securityContext").remove("readOnlyRootFilesystem"))),
                fault(new RestrictedPods(), "keeps capabilities", SOUND.with("StatefulSet", TRAINER,
                        each -> at(each, "/spec/template/spec/containers/0/securityContext").remove("capabilities"))),
                fault(new RestrictedPods(), "KafkaNodePool 'brokers' may gain privileges",
                        SOUND.with("KafkaNodePool", "brokers",
                                each -> at(each, "/spec/template/kafkaContainer").remove("securityContext"))),
                fault(new RestrictedPods(), "KafkaNodePool 'controllers' may not write its volumes (expected: fsGroup 0)",
                        SOUND.with("KafkaNodePool", "controllers",
                                each -> at(each, "/spec/template/pod/securityContext").remove("fsGroup"))),
                fault(new RestrictedPods(), "KafkaNodePool 'brokers' may not write its volumes (expected: fsGroup 0)",
                        SOUND.with("KafkaNodePool", "brokers",
                                each -> at(each, "/spec/template/pod/securityContext").put("fsGroup", 1001))),
                fault(new RestrictedPods(), "has a volume of the kind hostPath", SOUND.with("StatefulSet", TRAINER,
                        each -> at(each, "/spec/template/spec/volumes/0").putObject("hostPath").put("path", "/"))),
                fault(new RestrictedPods(), "mounts its token", SOUND.with("ServiceAccount", TRAINER,
                        each -> each.remove("automountServiceAccountToken"))),

                fault(new SpreadOfKafka(), "KafkaNodePool 'brokers' may have two pods on one node",
                        SOUND.with("KafkaNodePool", "brokers", each -> at(each, "/spec/template/pod").remove("affinity"))),
                fault(new SpreadOfKafka(), "KafkaNodePool 'controllers' may have all pods in one zone",
                        SOUND.with("KafkaNodePool", "controllers",
                                each -> at(each, "/spec/template/pod/topologySpreadConstraints/0/labelSelector/matchLabels")
                                        .put("strimzi.io/pool-name", "brokers"))),

                fault(new ServiceConfiguration(), "sets graft.topic.prefix, which is no key of the service",
                        SOUND.with("ConfigMap", "graft-trainer-config",
                                each -> at(each, "/data").put("application.properties", "graft.topic.prefix=a-"))),
                fault(new ServiceConfiguration(), "has 30 s to end", SOUND.with("StatefulSet", TRAINER,
                        each -> at(each, "/spec/template/spec").put("terminationGracePeriodSeconds", 30))),
                fault(new ServiceConfiguration(), "names the file /run/graft/access/access.properties, which is not mounted",
                        SOUND.with("StatefulSet", TRAINER,
                                each -> ((ArrayNode) each.at("/spec/template/spec/containers/0/volumeMounts")).remove(1))));
    }

    private static Arguments fault(Check check, String sentence, Manifests planted) {
        return Arguments.of(check, sentence, planted);
    }

    private static ObjectNode at(JsonNode node, String pointer) {
        return (ObjectNode) node.at(pointer);
    }

    private static ObjectNode resource(JsonNode user, int index) {
        return at(user, "/spec/authorization/acls/" + index + "/resource");
    }

    private static void mayAlso(JsonNode user, int index, String operation) {
        ((ArrayNode) user.at("/spec/authorization/acls/" + index + "/operations")).add(operation);
    }
}
