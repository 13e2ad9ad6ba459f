package io.graft.digest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256, the one digest of the contract; and what others say of their files. */
public final class Digests {

    private static final String SHA256 = "SHA-256";
    private static final Pattern SHA256_HEX = Pattern.compile("[0-9a-fA-F]{64}");
    private static final int CHUNK_BYTES = 1 << 16;

    private Digests() {
    }

    public static MessageDigest newSha256() {
        return newDigest(SHA256);
    }

    private static MessageDigest newDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }

    /** Whether a text is 64 hex digits, of either case. */
    public static boolean isSha256Hex(String text) {
        return SHA256_HEX.matcher(text).matches();
    }

    /** 32 bytes. */
    public static byte[] sha256(byte[] bytes) {
        return newSha256().digest(bytes);
    }

    /** 64 lower-case hex digits. */
    public static String sha256Hex(byte[] bytes) {
        return HexFormat.of().formatHex(sha256(bytes));
    }

    /** Of a text in UTF-8; 64 lower-case hex digits. */
    public static String sha256Hex(String text) {
        return sha256Hex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Of the remaining bytes, which are left as they are; 64 lower-case hex digits. */
    public static String sha256Hex(ByteBuffer bytes) {
        MessageDigest digest = newSha256();
        digest.update(bytes.duplicate());
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Of a file, without holding it in memory; 64 lower-case hex digits. */
    public static String sha256Hex(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return sha256Hex(channel);
        }
    }

    /** Of an open file, from its first byte on and wherever it stands; 64 lower-case hex digits. */
    public static String sha256Hex(FileChannel file) throws IOException {
        return hex(SHA256, file);
    }

    /** The same by another algorithm that every Java platform has: {@code SHA-1}. */
    public static String hex(String algorithm, FileChannel file) throws IOException {
        MessageDigest digest = newDigest(algorithm);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        long begin = 0;
        for (int length = file.read(chunk, begin); length >= 0; length = file.read(chunk.clear(), begin)) {
            digest.update(chunk.flip());
            begin += length;
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
