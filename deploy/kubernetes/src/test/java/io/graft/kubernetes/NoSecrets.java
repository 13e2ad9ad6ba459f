package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

/** Nothing secret stands in a manifest: passwords, keys and their digests come from Secrets by name. */
final class NoSecrets implements Check {

    private static final Pattern SECRET = Pattern.compile("(?i)password|passwd|secret|jaas|token|credential|api.?keys?");
    private static final Pattern PEM = Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----");

    @Override
    public List<String> violations(Manifests manifests) {
        List<String> violations = new ArrayList<>();
        for (Manifest manifest : manifests.all()) {
            if (manifest.kind().equals("Secret")) {
                violations.add(manifest + " is in the manifests (expected: made by hand or by an operator)");
            }
            if (PEM.matcher(manifest.node().toString()).find()) {
                violations.add(manifest + " has a private key in it");
            }
            for (JsonNode variables : manifest.node().findValues("env")) {
                for (JsonNode variable : variables) {
                    if (variable.has("value")
                            && SECRET.matcher(variable.path("name").asText() + variable.path("value")).find()) {
                        violations.add(manifest + " sets " + variable.path("name").asText() + " (expected: from a Secret)");
                    }
                }
            }
            for (JsonNode metadata : manifest.at("/spec/triggers").findValues("metadata")) {
                metadata.fieldNames().forEachRemaining(key -> requireHarmless(violations, manifest, key));
            }
            if (manifest.kind().equals("ConfigMap") && !manifest.labels("/metadata/labels").containsKey("grafana_dashboard")) {
                for (JsonNode file : manifest.at("/data")) {
                    file.asText().lines().filter(line -> line.contains("=") && !line.startsWith("#"))
                            .forEach(line -> requireHarmless(violations, manifest, line.substring(0, line.indexOf('='))));
                }
            }
        }
        return violations;
    }

    private static void requireHarmless(List<String> violations, Manifest manifest, String key) {
        if (SECRET.matcher(key).find()) {
            violations.add(manifest + " sets " + key + " (expected: from a Secret)");
        }
    }
}
