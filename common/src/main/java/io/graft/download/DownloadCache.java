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
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.digest.Digests;
import io.graft.problem.Problem;

/**
 * Files from the web on disk, by their digests: {@code FOLDER/SHA256/file}, verified each time. What has come of an unfinished
 * one lies beside it, so that the next try goes on there. Several processes may share the folder. Thread-safe.
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
     * The file with this digest; fetched where it is not there, or is damaged.
     *
     * @param uri http or https
     * @param sha256 64 hex digits
     * @throws Problem BROKEN {@code DOWNLOAD_FAILED} when it cannot be fetched; INVALID {@code DOWNLOAD_INVALID} when it is too
     *         large or another file
     */
    public Path file(URI uri, String sha256) {
        Path folder = rules.folder().resolve(sha256.toLowerCase(Locale.ROOT));
        synchronized (LOCKS.computeIfAbsent(folder.toAbsolutePath(), key -> new Object())) {
            try {
                Files.createDirectories(folder);
                try (FileChannel channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
                    requireLock(channel);
                    return locked(uri, sha256, folder);
                }
            } catch (IOException e) {
                throw Problem.broken("DOWNLOAD_FAILED", uri(uri) + " cannot be kept in " + folder + ": " + e
                        + " (expected: a folder that can be written to)", e);
            }
        }
    }

    /** Waits for other processes; closing the channel lets them go on. */
    private static void requireLock(FileChannel channel) throws IOException {
        if (!channel.lock().isValid()) {
            throw new IOException("it cannot be locked");
        }
    }

    private Path locked(URI uri, String sha256, Path folder) throws IOException {
        Path file = folder.resolve("file");
        if (Files.exists(file)) {
            String found = Digests.sha256Hex(file);
            if (found.equalsIgnoreCase(sha256)) {
                return file;
            }
            LOG.warn("Damaged file is fetched again file={} expectedSha256={} foundSha256={}", file, sha256, found);
            Files.delete(file);
        }
        Path part = folder.resolve("part");
        new Download(uri, part, rules, file).run();
        String found = Digests.sha256Hex(part);
        if (!found.equalsIgnoreCase(sha256)) {
            Files.delete(part);
            throw Problem.invalid("DOWNLOAD_INVALID",
                    uri(uri) + " has SHA-256 " + found + " (expected: " + sha256 + ")");
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        LOG.info("Download finished uri={} file={} sizeBytes={}", uri(uri), file, Files.size(file));
        return file;
    }

    /** For people: without what may be a secret in it. */
    public static String uri(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + uri.getRawPath();
    }
}
