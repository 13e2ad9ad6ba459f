package io.graft.inference.serving;

import java.util.Optional;

import io.graft.backbone.Backbone;
import io.graft.head.Head;
import io.graft.model.FeatureDistribution;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.tail.Tail;

/**
 * A version that passed every check but those that need its backbone.
 *
 * @param artifact blocks of its own, which are not there yet
 */
record Candidate(ModelCard card, Head head, Optional<FeatureDistribution> features, Optional<TailArtifact> artifact) {

    Model on(Backbone backbone, Optional<Tail> tail) {
        return new Model(card, head, backbone, tail, features);
    }
}
