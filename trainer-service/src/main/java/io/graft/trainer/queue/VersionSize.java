package io.graft.trainer.queue;

import io.graft.event.Json;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.model.SampleSketch;

/**
 * How large the event of a version becomes, before the version is there.
 *
 * @param head with as many labels and numbers as the version's
 * @param validationCount validation samples
 * @param epochCount epochs that the version may tell of
 */
record VersionSize(Head head, int validationCount, int epochCount) {

    /** Numbers of which an event has one for each dimension: four self-test rows, two statistics, the probe of the blocks. */
    private static final int ROW_COUNT = 7;
    /** Of an evaluated label its three shares and its count, with their names; and its answers in the self-test. */
    private static final int LABEL_BYTES = 160 + 4 * 16;
    /** The label's name stands in the head, in the event and in the evaluation. */
    private static final int NAME_COUNT = 3;
    private static final int EPOCH_BYTES = 240;
    private static final int COUNT_BYTES = 10;
    /** What does not grow: recipe with its candidates, dataset with its offsets, software, verdict. */
    private static final int OTHER_BYTES = 65_536;

    /**
     * No fewer than the event has.
     *
     * @param fileBytes of the file of its blocks, which travel with it
     */
    long eventBytesMax(long fileBytes) {
        int labelCount = head.labels().size();
        long cells = (long) labelCount * labelCount;
        return base64(fileBytes) + base64(HeadCodec.encode(head).length)
                + base64((long) ROW_COUNT * head.dimension() * Float.BYTES)
                + (long) NAME_COUNT * Json.write(head.labels()).length + (long) LABEL_BYTES * labelCount
                + 2 * cells + COUNT_BYTES * Math.min(cells, validationCount)
                + (long) EPOCH_BYTES * epochCount + base64(SampleSketch.BIT_COUNT_MAX / Byte.SIZE) + OTHER_BYTES;
    }

    private static long base64(long bytes) {
        return (bytes + 2) / 3 * 4;
    }
}
