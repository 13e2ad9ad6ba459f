package io.graft.download;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.digest.Digests;
import io.graft.problem.Problem;

/**
 * Files from the web on disk, by their digests: {@code FOLDER/SHA256/file}, verified each time. What has come of an unfinished
 * one lies beside it, so that the next try goes on there. Several processes of one user may share the folder, and any may read
 * one that has what it needs. Thread-safe.
 */
public final class DownloadCache {

    private static final Logger LOG = LoggerFactory.getLogger(DownloadCache.class);
    /** A lock of the file system is one of the process: threads wait for each other here. */
    private static final Map<Path, Object> LOCKS = new ConcurrentHashMap<>();

    private final DownloadRules rules;

    public DownloadCache(DownloadRules rules) {
        this.rules = rules;
    }

    /**
     * Opens the file with this digest; fetched where it is not there, or is damaged. What the caller reads through it, and
     * closes, is the file that was verified, whatever is put in its place meanwhile.
     *
     * @param uri http or https
     * @param sha256 64 hex digits
     * @throws Problem BROKEN {@code DOWNLOAD_FAILED} when it cannot be fetched, or the folder is not this user's own; INVALID
     *         {@code DOWNLOAD_INVALID} when it is too large or another file
     */
    public FileChannel open(URI uri, String sha256) {
        Path folder = rules.folder().resolve(sha256.toLowerCase(Locale.ROOT));
        try {
            PrivateFolder.require(rules.folder());
            Optional<FileChannel> kept = verified(folder.resolve("file"), sha256);
            return kept.isPresent() ? kept.get() : fetched(uri, sha256, folder);
        } catch (IOException e) {
            throw Problem.broken("DOWNLOAD_FAILED", uri(uri) + " cannot be kept in " + folder + ": " + e
                    + " (expected: a folder that can be written to)", e);
        }
    }

    /** The file, if it is there and has the digest. */
    private static Optional<FileChannel> verified(Path file, String sha256) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        FileChannel channel = FileChannel.open(file);
        String found = sha256Hex(channel);
        if (found.equalsIgnoreCase(sha256)) {
            return Optional.of(channel);
        }
        channel.close();
        LOG.warn("Damaged file is not used file={} expectedSha256={} foundSha256={}", file, sha256, found);
        return Optional.empty();
    }

    private static String sha256Hex(FileChannel file) throws IOException {
        try {
            return Digests.sha256Hex(file);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private FileChannel fetched(URI uri, String sha256, Path folder) throws IOException {
        synchronized (LOCKS.computeIfAbsent(folder.toAbsolutePath(), key -> new Object())) {
            Files.createDirectories(folder);
            try (FileChannel lock = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE)) {
                requireLock(lock);
                return locked(uri, sha256, folder);
            }
        }
    }

    /** Waits for other processes; closing the channel lets them go on. */
    private static void requireLock(FileChannel channel) throws IOException {
        if (!channel.lock().isValid()) {
            throw new IOException("it cannot be locked");
        }
    }

    private FileChannel locked(URI uri, String sha256, Path folder) throws IOException {
        Path file = folder.resolve("file");
        Optional<FileChannel> kept = verified(file, sha256);
        if (kept.isPresent()) {
            return kept.get();
        }
        Path part = folder.resolve("part");
        new Download(uri, part, rules, file).run();
        FileChannel channel = FileChannel.open(part);
        String found = sha256Hex(channel);
        if (!found.equalsIgnoreCase(sha256)) {
            channel.close();
            Files.delete(part);
            throw Problem.invalid("DOWNLOAD_INVALID",
                    uri(uri) + " has SHA-256 " + found + " (expected: " + sha256 + ")");
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        LOG.info("Download finished uri={} file={} sizeBytes={}", uri(uri), file, channel.size());
        return channel;
    }

    /** For people: without what may be a secret in it. */
    public static String uri(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + uri.getRawPath();
    }
}
