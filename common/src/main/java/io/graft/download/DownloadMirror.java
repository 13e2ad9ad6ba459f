package io.graft.download;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import io.graft.problem.Problem;

/**
 * The files of a folder of the web that are needed, on disk in a folder of the same layout: {@code FOLDER/mirror/HOST_PATH}.
 * What has come of an unfinished one lies beside it. Several processes of one user may share the folder. Thread-safe.
 */
public final class DownloadMirror {

    private static final long INDEX_BYTES_MAX = 4 << 20;

    private final URI base;
    private final Path folder;
    private final DownloadRules rules;

    /** @param base http or https; what is behind its last slash is left out */
    public DownloadMirror(URI base, DownloadRules rules) {
        this.base = base.resolve(base.getPath().isEmpty() ? "/" : ".");
        this.rules = rules;
        String path = this.base.getPath();
        String name = base.getHost() + (base.getPort() < 0 ? "" : ":" + base.getPort()) + path.substring(0, path.length() - 1);
        this.folder = rules.folder().toAbsolutePath().resolve("mirror").resolve(name.replaceAll("[^A-Za-z0-9.-]+", "_"));
    }

    /** Where the files are, each at its own path. */
    public Path folder() {
        return folder;
    }

    /**
     * Has a file that says what is where: one that is there stays as it is, since nobody knows its digest.
     *
     * @param path below the folder of the web
     * @throws Problem BROKEN {@code DOWNLOAD_FAILED} when it cannot be fetched, or the folder is not this user's own; INVALID
     *         {@code DOWNLOAD_INVALID} when it is too large
     */
    public void requireIndex(String path) {
        URI uri = base.resolve(path);
        Path file = inFolder(uri);
        try {
            PrivateFolder.require(rules.folder());
            if (!Files.exists(file)) {
                LockFile.hold(beside(file, ".lock"), () -> Files.exists(file) ? file : fetchedIndex(uri, file));
            }
        } catch (IOException e) {
            throw DownloadCache.unkept(uri, folder, e);
        }
    }

    /** From its first byte: what came of another one may be older. */
    private Path fetchedIndex(URI uri, Path file) throws IOException {
        Path part = beside(file, ".part");
        Files.deleteIfExists(part);
        DownloadRules small = new DownloadRules(rules.folder(), Math.min(INDEX_BYTES_MAX, rules.sizeBytesMax()),
                rules.timeMax(),
                rules.silenceMax());
        new Download(uri, part, small, file).run();
        return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Lets an index go, so that it is fetched when it is needed again. */
    public void forgetIndex(String path) {
        Path file = inFolder(base.resolve(path));
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw DownloadCache.unkept(base.resolve(path), folder, e);
        }
    }

    /**
     * Has a file with this digest; fetched where it is not there, or is damaged.
     *
     * @param path below the folder of the web
     * @param sha1 40 hex digits
     * @throws Problem as of {@link #requireIndex}; INVALID {@code DOWNLOAD_INVALID} also when it is another file
     */
    public void require(String path, String sha1) {
        URI uri = base.resolve(path);
        Path file = inFolder(uri);
        KeptFile kept = new KeptFile(uri, file, beside(file, ".part"), beside(file, ".lock"),
                new KeptFile.Digest("SHA-1", sha1));
        try {
            PrivateFolder.require(rules.folder());
            kept.open(rules).close();
        } catch (IOException e) {
            throw DownloadCache.unkept(uri, folder, e);
        }
    }

    /** The same path below our folder, and nowhere else. */
    private Path inFolder(URI uri) {
        URI path = base.relativize(uri);
        Path file = path.isAbsolute() ? folder : folder.resolve(path.getPath()).normalize();
        if (!file.startsWith(folder) || file.equals(folder)) {
            throw Problem.invalid("DOWNLOAD_INVALID", DownloadCache.uri(uri) + " is not a file below " + DownloadCache.uri(base)
                    + " (expected: one)");
        }
        return file;
    }

    private static Path beside(Path file, String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }
}
