package io.graft.testing;

/**
 * An encoded image and what it shows.
 * <p>
 * The bytes are shared with whoever made it, and nobody writes to them.
 */
public final class LabelledImage {

    private final String sampleId;
    private final String label;
    private final byte[] bytes;

    public LabelledImage(String sampleId, String label, byte[] bytes) {
        this.sampleId = sampleId;
        this.label = label;
        this.bytes = bytes;
    }

    public String sampleId() {
        return sampleId;
    }

    public String label() {
        return label;
    }

    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return sampleId + " (" + label + ", " + bytes.length + " bytes)";
    }
}
