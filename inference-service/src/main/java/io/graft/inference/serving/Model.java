package io.graft.inference.serving;

import java.util.Optional;

import io.graft.backbone.Backbone;
import io.graft.head.Head;
import io.graft.model.FeatureDistribution;
import io.graft.tail.Tail;

/**
 * A version that passed verification: a head that can answer, the backbone whose features it takes, and where it comes from.
 *
 * @param tail blocks that take the place of the backbone's own
 * @param features that it was trained on; absent in versions of earlier releases
 */
public record Model(ModelCard card, Head head, Backbone backbone, Optional<Tail> tail,
        Optional<FeatureDistribution> features) {

    /** Whether another one comes of an event with the same content; versions of other numbers never do. */
    boolean isSameVersionAs(Model other) {
        return card.key().equals(other.card.key()) && card.equals(other.card);
    }
}
