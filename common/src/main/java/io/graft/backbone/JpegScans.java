package io.graft.backbone;

/**
 * How often a JPEG goes over its pixels. A progressive file may do so in ten bytes, and the decoder takes as long for them as
 * for a megabyte.
 */
final class JpegScans {

    private static final int MARKER = 0xFF;
    private static final int START_OF_SCAN = 0xDA;
    private static final int COMPONENT_COUNT_MAX = 4;

    private JpegScans() {
    }

    /**
     * Counts what the decoder may take for the header of a scan, wherever it stands: it may see otherwise where segments begin
     * in a damaged file. In the data of a scan there is none, in a film or a thumbnail beside the pixels hardly any.
     */
    static int count(byte[] jpeg) {
        int count = 0;
        for (int at = 0; at + 4 < jpeg.length; at++) {
            if ((jpeg[at] & 0xFF) == MARKER && (jpeg[at + 1] & 0xFF) == START_OF_SCAN && isHeader(jpeg, at + 2)) {
                count++;
            }
        }
        return count;
    }

    /** A length that counts itself, the number of components, and of each two bytes; then three more. */
    private static boolean isHeader(byte[] jpeg, int at) {
        int componentCount = jpeg[at + 2];
        return componentCount >= 0 && componentCount <= COMPONENT_COUNT_MAX && jpeg[at] == 0
                && jpeg[at + 1] == 6 + 2 * componentCount;
    }
}
