package io.graft.inference.serving;

import java.util.Optional;

import io.graft.backbone.Backbone;
import io.graft.head.Head;
import io.graft.model.FeatureDistribution;

/** A version that passed every check but the one that needs its backbone. */
record Candidate(ModelCard card, Head head, Optional<FeatureDistribution> features) {

    Model on(Backbone backbone) {
        return new Model(card, head, backbone, features);
    }
}
