package io.graft.inference.serving;

import java.util.Optional;

import io.graft.backbone.Backbone;
import io.graft.head.Head;
import io.graft.model.FeatureDistribution;

/**
 * A version that passed verification: a head that can answer, the backbone whose features it takes, and where it comes from.
 *
 * @param features that it was trained on; absent in versions of earlier releases
 */
public record Model(ModelCard card, Head head, Backbone backbone, Optional<FeatureDistribution> features) {
}
