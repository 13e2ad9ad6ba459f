package io.graft.trainer.table;

import io.graft.id.BackboneId;

/** Whose features a matrix holds: those of different backbones never mix. */
public record BackboneKey(String sha256, BackboneId id) {
}
