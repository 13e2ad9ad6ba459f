package io.graft.feature;

import java.util.Optional;

import io.graft.id.BackboneId;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * The backbone's embedding of a labelled sample.
 *
 * @param timestampMs of the sample's record, ms since 1970: the later feature of a key counts
 * @param split the side it must be on; absent: a hash of the key decides
 * @param sampleSha256 digest of the sample's content, 64 hex digits
 * @param backbone that made it
 * @param backboneSha256 digest of that backbone, 64 hex digits: features of different digests never mix
 * @param precision that the backbone computed in
 * @param embedding the numbers
 */
public record Feature(SampleKey key, long timestampMs, Label label, Optional<Split> split, String sampleSha256,
        BackboneId backbone, String backboneSha256, String precision, Embedding embedding) {
}
