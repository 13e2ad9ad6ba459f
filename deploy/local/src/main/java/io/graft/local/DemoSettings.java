package io.graft.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

import io.graft.problem.Problem;
import io.graft.testing.Ports;

/**
 * What the person at the terminal chose, each with {@code -Ddemo.…}.
 *
 * @param exit whether to end after the main job
 * @param images a folder with one sub-folder of images for each label; absent: images are drawn
 * @param folder where the broker's topics and the logs go; emptied at the start
 */
record DemoSettings(boolean exit, Optional<Path> images, Path folder, StackPorts ports) {

    private static final long DISK_BYTES_MIN = 1_500_000_000L;

    static DemoSettings of(Properties properties) {
        return new DemoSettings(Boolean.parseBoolean(properties.getProperty("demo.exit", "false")),
                Optional.of(properties.getProperty("demo.images", "")).filter(path -> !path.isBlank()).map(Path::of),
                Path.of(properties.getProperty("demo.folder", ".graft/demo")).toAbsolutePath().normalize(),
                new StackPorts(port(properties, "demo.port.broker", 9092), port(properties, "demo.port.inference", 8080),
                        port(properties, "demo.port.trainer", 8081)));
    }

    private static int port(Properties properties, String key, int otherwise) {
        String value = properties.getProperty(key, Integer.toString(otherwise));
        if (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) < 1 || Integer.parseInt(value) > 65_535) {
            throw Problem.invalid("DEMO_SETTING_INVALID", key + " is '" + value + "' (expected: a port, 1 to 65535)");
        }
        return Integer.parseInt(value);
    }

    /** @throws Problem saying what to do about a taken port, a full disk or a folder that is not there */
    void requirePossible() {
        requireFree(ports.broker(), "the broker", "demo.port.broker");
        requireFree(ports.inference(), "the inference-service", "demo.port.inference");
        requireFree(ports.trainer(), "the trainer-service", "demo.port.trainer");
        images.filter(path -> !Files.isDirectory(path)).ifPresent(path -> {
            throw Problem.missing("DEMO_IMAGES_MISSING",
                    "demo.images is '" + path + "', which is no folder (expected: a folder with one sub-folder per label)");
        });
        requireDisk(folder);
        requireDisk(Path.of(System.getProperty("user.home")));
    }

    private static void requireFree(int port, String owner, String key) {
        if (!Ports.isFree(port)) {
            throw Problem.busy("PORT_TAKEN", "port " + port + ", which " + owner
                    + " needs, is taken: end the process that listens on it, or choose another port with -D" + key + "="
                    + (port + 10_000 <= 65_535 ? port + 10_000 : port - 10_000));
        }
    }

    private static void requireDisk(Path path) {
        Path existing = path;
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        long free = existing.toFile().getUsableSpace();
        if (free < DISK_BYTES_MIN) {
            throw Problem.busy("DISK_FULL", "the disk of " + existing + " has " + free / 1_000_000
                    + " MB left (expected: at least " + DISK_BYTES_MIN / 1_000_000
                    + " MB, for native libraries and the broker's data): free some");
        }
    }
}
