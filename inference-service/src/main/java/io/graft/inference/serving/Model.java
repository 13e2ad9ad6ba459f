package io.graft.inference.serving;

import io.graft.backbone.Backbone;
import io.graft.head.Head;

/**
 * A version that passed verification: a head that can answer, the backbone whose features it takes, and where it comes from.
 */
public record Model(ModelCard card, Head head, Backbone backbone) {
}
