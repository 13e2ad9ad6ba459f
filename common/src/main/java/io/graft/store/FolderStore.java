package io.graft.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

import io.graft.digest.Digests;
import io.graft.problem.Problem;

/** In a folder that all who share the objects have at the same path, such as a volume of a network file system. */
final class FolderStore implements ObjectStore {

    private static final String EXPECTED = "expected: a folder in which the service's user may read, and the trainer's write";

    private final Path folder;
    private final ObjectPlaces places;

    private FolderStore(Path folder) {
        this.folder = folder;
        // An existing folder's uri ends in a slash, that of another path does not.
        this.places = new ObjectPlaces(folder.toUri().toString().replaceAll("/+$", ""));
    }

    static FolderStore open(URI url) {
        if (url.getRawAuthority() != null || url.getRawQuery() != null || url.getRawFragment() != null || url.isOpaque()) {
            throw ObjectStoreConfig.invalid(url, "is no folder (expected: file:///folder)");
        }
        Path folder = Path.of(url).normalize();
        if (folder.getNameCount() == 0) {
            throw ObjectStoreConfig.invalid(url, "is the root of the file system (expected: file:///folder)");
        }
        return new FolderStore(folder);
    }

    @Override
    public URI put(String name, byte[] bytes) {
        String place = ObjectPlaces.place(name, bytes);
        Path file = folder.resolve(place);
        try {
            if (!holds(file, bytes)) {
                write(file, bytes);
            }
        } catch (IOException e) {
            throw failed("cannot be written to", e);
        }
        return places.uri(place);
    }

    /** A file of the same name with other bytes is damaged, and is written again. */
    private static boolean holds(Path file, byte[] bytes) throws IOException {
        return Files.isRegularFile(file) && Files.size(file) == bytes.length
                && Digests.sha256Hex(file).equals(Digests.sha256Hex(bytes));
    }

    /** Whoever reads finds the whole file or none: it gets its name when it is on disk. */
    private static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Path part = file.resolveSibling(UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    @Override
    public byte[] get(URI uri, String sha256, long sizeBytes) {
        Path file = folder.resolve(places.place(uri, sha256, sizeBytes));
        byte[] bytes;
        try {
            ObjectPlaces.requireSize(uri, Files.size(file), sizeBytes);
            bytes = read(file, sizeBytes);
        } catch (NoSuchFileException e) {
            throw missing(uri);
        } catch (IOException e) {
            throw failed("cannot be read", e);
        }
        ObjectPlaces.requireSize(uri, bytes.length, sizeBytes);
        ObjectPlaces.requireDigest(uri, bytes, sha256);
        return bytes;
    }

    private static byte[] read(Path file, long sizeBytes) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            return stream.readNBytes(Math.toIntExact(sizeBytes));
        }
    }

    /** A folder that is not mounted has no file either, which is another trouble. */
    private Problem missing(URI uri) {
        return Files.isDirectory(folder) ? ObjectPlaces.missing(uri)
                : Problem.broken("OBJECT_STORE_BROKEN", "object store " + places.url()
                        + " is no folder (" + EXPECTED + ", at the same path on both services)");
    }

    private Problem failed(String what, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return Problem.busy("OBJECT_STORE_BUSY", "object store " + places.url() + " " + what + ": interrupted");
        }
        return Problem.broken("OBJECT_STORE_BROKEN", "object store " + places.url() + " " + what + ": " + cause
                + " (" + EXPECTED + ")", cause);
    }

    @Override
    public void close() {
        // Nothing is open between calls.
    }
}
