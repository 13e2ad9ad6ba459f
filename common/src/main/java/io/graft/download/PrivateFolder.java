package io.graft.download;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

import com.sun.security.auth.module.UnixSystem;

import io.graft.problem.Problem;

/**
 * A folder that nobody else writes to. The usual one has a name that anyone can guess, in a folder where anyone may make it
 * first.
 */
final class PrivateFolder {

    private static final int ROOT = 0;

    private PrivateFolder() {
    }

    /**
     * Makes it, with {@code rwx------}, where it is not there. @throws Problem BROKEN when it is another user's, or open to
     * others
     */
    static void require(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            Files.createDirectories(folder,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        // Of a volume that nobody can write to, nobody need ask whose it is.
        if (!Files.getFileStore(folder).isReadOnly()) {
            require(folder, Set.copyOf(List.of(ROOT, (int) new UnixSystem().getUid())));
        }
    }

    /** @param trusted user ids of whom it may be */
    static void require(Path folder, Set<Integer> trusted) throws IOException {
        PosixFileAttributes attributes = Files.getFileAttributeView(folder, PosixFileAttributeView.class).readAttributes();
        Set<PosixFilePermission> permissions = attributes.permissions();
        boolean open = permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE);
        if (open || !isOf(trusted, folder) || !isOf(trusted, folder, LinkOption.NOFOLLOW_LINKS)) {
            throw Problem.broken("DOWNLOAD_FAILED", "download folder " + folder + " belongs to " + attributes.owner().getName()
                    + " and is " + PosixFilePermissions.toString(permissions)
                    + " (expected: of " + System.getProperty("user.name") + " or root, writable for its owner only)");
        }
    }

    private static boolean isOf(Set<Integer> trusted, Path folder, LinkOption... links) throws IOException {
        return trusted.contains((Integer) Files.getAttribute(folder, "unix:uid", links));
    }
}
