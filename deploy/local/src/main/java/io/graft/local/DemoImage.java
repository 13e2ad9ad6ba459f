package io.graft.local;

import java.io.IOException;

import io.graft.id.SampleId;

/**
 * An image that the demo trains on or asks about.
 *
 * @param name what to call it in a message, as in {@code bees/16838648_415acd9e3f.jpg}
 * @param label what it shows
 * @param contentType of the bytes, as far as the name tells
 * @param source where its bytes are; read when they are needed, since a folder may be larger than the memory
 */
record DemoImage(SampleId sampleId, String name, String label, String contentType, Source source) {

    /** Bytes that can be read again and again. */
    interface Source {

        byte[] read() throws IOException;
    }
}
