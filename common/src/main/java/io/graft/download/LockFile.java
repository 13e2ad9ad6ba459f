package io.graft.download;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One at a time, among the threads of this process and among the processes that share a folder. */
final class LockFile {

    /** A lock of the file system is one of the process: threads wait for each other here. */
    private static final Map<Path, Object> LOCKS = new ConcurrentHashMap<>();

    private LockFile() {
    }

    /** What is done by one at a time. */
    interface Work<T> {

        T run() throws IOException;
    }

    /** @param lock made, with its folder, where it is not there */
    static <T> T hold(Path lock, Work<T> work) throws IOException {
        synchronized (LOCKS.computeIfAbsent(lock.toAbsolutePath(), key -> new Object())) {
            Files.createDirectories(lock.toAbsolutePath().getParent());
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                requireLock(channel);
                return work.run();
            }
        }
    }

    /** Waits for other processes; closing the channel lets them go on. */
    private static void requireLock(FileChannel channel) throws IOException {
        if (!channel.lock().isValid()) {
            throw new IOException("it cannot be locked");
        }
    }
}
