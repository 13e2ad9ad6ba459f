package io.graft.kubernetes;

import java.util.List;

/** A rule that manifests keep. */
interface Check {

    /** Every rule, by what it looks at. */
    List<Check> ALL = List.of(new KnownFields(), new Selectors(), new References(), new PortsAndProbes(),
            new TopicsOfTheContract(),
            new RightsOnKafka(), new NoSecrets(), new RestrictedPods(), new SpreadOfKafka(), new ServiceConfiguration());

    /** A sentence for each place that breaks the rule; empty when all is well. */
    List<String> violations(Manifests manifests);
}
