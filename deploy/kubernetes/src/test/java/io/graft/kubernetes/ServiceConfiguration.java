package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

/** Services are configured with keys that they have and with files that are mounted, and have the time to end in order. */
final class ServiceConfiguration implements Check {

    private static final Pattern OPTION = Pattern.compile("-D(graft\\.[^= ]+)=");
    private static final Pattern GRACE = Pattern
            .compile(
                    "`terminationGracePeriodSeconds` must be longer than all of it: (\\d+) for inference and (\\d+) for the trainer");
    private static final Pattern FILE = Pattern.compile("/run/[^,\\s]+");

    @Override
    public List<String> violations(Manifests manifests) {
        List<String> violations = new ArrayList<>();
        Matcher grace = GRACE.matcher(Checkout.text("docs/operations.md"));
        if (!grace.find()) {
            throw new IllegalStateException("docs/operations.md does not say how long a service may take to end");
        }
        for (Manifest workload : manifests.workloads()) {
            int seconds = workload.at("/spec/template/spec/terminationGracePeriodSeconds").asInt();
            int documented = Integer.parseInt(grace.group(workload.name().equals("graft-inference") ? 1 : 2));
            if (seconds < documented) {
                violations.add(workload + " has " + seconds + " s to end (expected: " + documented + ")");
            }
            for (JsonNode container : workload.at("/spec/template/spec/containers")) {
                check(violations, manifests, workload, container);
            }
        }
        return violations;
    }

    private static void check(List<String> violations, Manifests manifests, Manifest workload, JsonNode container) {
        ServiceKeys known = ServiceKeys.of(container.path("name").asText() + "-service");
        List<String> mounts = container.path("volumeMounts").findValuesAsText("mountPath");
        for (JsonNode variable : container.path("env")) {
            String name = variable.path("name").asText();
            String value = variable.path("value").asText();
            if (name.startsWith("GRAFT_") && !known.hasVariable(name)) {
                violations.add(workload + " sets " + name + ", which is no key of the service");
            }
            OPTION.matcher(value).results().map(found -> found.group(1)).filter(key -> !known.has(key))
                    .forEach(key -> violations.add(workload + " sets " + key + ", which is no key of the service"));
            requireMounted(violations, workload, mounts, value);
        }
        for (JsonNode volume : workload.at("/spec/template/spec/volumes").findValues("configMap")) {
            Manifest map = manifests.find("ConfigMap", volume.path("name").asText()).orElseThrow();
            Properties properties = Checkout.properties(map.at("/data").path("application.properties").asText());
            for (String key : properties.stringPropertyNames()) {
                if (key.startsWith("graft.") && !known.has(key)) {
                    violations.add(map + " sets " + key + ", which is no key of the service");
                }
                requireMounted(violations, map, mounts, properties.getProperty(key));
            }
        }
    }

    private static void requireMounted(List<String> violations, Manifest owner, List<String> mounts, String value) {
        FILE.matcher(value).results().map(found -> found.group())
                .filter(file -> mounts.stream().noneMatch(mount -> file.startsWith(mount + "/")))
                .forEach(file -> violations.add(owner + " names the file " + file + ", which is not mounted"));
    }
}
