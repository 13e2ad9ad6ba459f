package io.graft.sample;

import java.util.Optional;

/** What a record of {@code labelled-samples} says. */
public sealed interface SampleEvent {

    SampleKey key();

    /** When it was said, in ms since 1970: of two records of a key the later one counts, whatever partitions they came by. */
    long timestampMs();

    /**
     * This is what a thing with this label looks like.
     *
     * @param split the side it must be on; absent: a hash of the key decides
     * @param sha256 of kind and content, 64 hex digits: two samples of equal content have equal features
     */
    record Labelled(SampleKey key, long timestampMs, Label label, Optional<Split> split, SampleContent content,
            String sha256) implements SampleEvent {
    }

    /** Forget the sample of this key. */
    record Deleted(SampleKey key, long timestampMs) implements SampleEvent {
    }
}
