package io.graft.download;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Locale;

import io.graft.problem.Problem;

/**
 * Files from the web on disk, by their digests: {@code FOLDER/SHA256/file}, verified each time. What has come of an unfinished
 * one lies beside it, so that the next try goes on there. Several processes of one user may share the folder, and any may read
 * one that has what it needs. Thread-safe.
 */
public final class DownloadCache {

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
        KeptFile kept = new KeptFile(uri, folder.resolve("file"), folder.resolve("part"), folder.resolve("lock"),
                new KeptFile.Digest("SHA-256", sha256));
        try {
            PrivateFolder.require(rules.folder());
            return kept.open(rules);
        } catch (IOException e) {
            throw unkept(uri, folder, e);
        }
    }

    static Problem unkept(URI uri, Path folder, IOException e) {
        return Problem.broken("DOWNLOAD_FAILED", uri(uri) + " cannot be kept in " + folder + ": " + e
                + " (expected: a folder that can be written to)", e);
    }

    /** For people: without what may be a secret in it. */
    public static String uri(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + uri.getRawPath();
    }
}
