package io.graft.download;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.digest.Digests;
import io.graft.problem.Problem;

/**
 * A file from the web on disk, verified each time; what has come of an unfinished one lies beside it, so that the next try goes
 * on there.
 *
 * @param uri where it comes from
 * @param file where it is kept
 * @param part what has come of it so far
 * @param lock held while it is fetched
 * @param digest of the whole file
 */
record KeptFile(URI uri, Path file, Path part, Path lock, Digest digest) {

    private static final Logger LOG = LoggerFactory.getLogger(KeptFile.class);

    /**
     * What a file must have.
     *
     * @param algorithm {@code SHA-256} or {@code SHA-1}
     * @param hex of either case
     */
    record Digest(String algorithm, String hex) {

        private boolean isOf(String found) {
            return found.equalsIgnoreCase(hex);
        }

        private String found(FileChannel file) throws IOException {
            try {
                return Digests.hex(algorithm, file);
            } catch (IOException e) {
                file.close();
                throw e;
            }
        }
    }

    /** Opens it, fetched where it is not there or is damaged; the caller closes it, and it is the one that was verified. */
    FileChannel open(DownloadRules rules) throws IOException {
        Optional<FileChannel> kept = verified();
        return kept.isPresent() ? kept.get() : LockFile.hold(lock, () -> fetched(rules));
    }

    /** The file, if it is there and has the digest. */
    private Optional<FileChannel> verified() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        FileChannel channel = FileChannel.open(file);
        String found = digest.found(channel);
        if (digest.isOf(found)) {
            return Optional.of(channel);
        }
        channel.close();
        LOG.warn("Damaged file is not used file={} algorithm={} expected={} found={}", file, digest.algorithm(), digest.hex(),
                found);
        return Optional.empty();
    }

    private FileChannel fetched(DownloadRules rules) throws IOException {
        Optional<FileChannel> kept = verified();
        if (kept.isPresent()) {
            return kept.get();
        }
        if (!isWhole()) {
            new Download(uri, part, rules, file).run();
        }
        FileChannel channel = FileChannel.open(part);
        String found = digest.found(channel);
        if (!digest.isOf(found)) {
            channel.close();
            Files.delete(part);
            throw Problem.invalid("DOWNLOAD_INVALID", DownloadCache.uri(uri) + " has " + digest.algorithm() + " " + found
                    + " (expected: " + digest.hex() + ")");
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        LOG.info("Download finished uri={} file={} sizeBytes={}", DownloadCache.uri(uri), file, channel.size());
        return channel;
    }

    /** Where the one who fetched it ended before it got its name, there is nothing to ask a server for. */
    private boolean isWhole() throws IOException {
        if (!Files.exists(part)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(part)) {
            return digest.isOf(digest.found(channel));
        }
    }
}
