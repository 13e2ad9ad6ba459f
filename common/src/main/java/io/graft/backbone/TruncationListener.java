package io.graft.backbone;

import java.io.EOFException;

import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;

/** Java's JPEG reader fills what is missing of a truncated file with grey, and only warns; Pillow refuses it, and so do we. */
final class TruncationListener implements IIOReadWarningListener {

    /** The reader's own words for a file whose data ends before its end marker; they are not translated. */
    private static final String END_OF_FILE = "Truncated File";

    private boolean truncated;

    @Override
    public void warningOccurred(ImageReader source, String warning) {
        truncated |= warning.startsWith(END_OF_FILE);
    }

    void requireWhole() throws EOFException {
        if (truncated) {
            throw new EOFException("the file is truncated");
        }
    }
}
