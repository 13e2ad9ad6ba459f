package io.graft.sample;

import java.util.Optional;

/** The image formats of the contract, told by their first bytes. */
public enum ImageFormat {
    JPEG("image/jpeg", "\u00FF\u00D8\u00FF"),
    PNG("image/png", "\u0089PNG\r\n\u001A\n");

    private final String contentType;
    private final String signature;

    ImageFormat(String contentType, String signature) {
        this.contentType = contentType;
        this.signature = signature;
    }

    public String contentType() {
        return contentType;
    }

    /** The format whose signature the bytes begin with. */
    public static Optional<ImageFormat> sniff(byte[] bytes) {
        for (ImageFormat format : values()) {
            if (format.begins(bytes)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    private boolean begins(byte[] bytes) {
        if (bytes.length < signature.length()) {
            return false;
        }
        for (int i = 0; i < signature.length(); i++) {
            if ((bytes[i] & 0xFF) != signature.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
