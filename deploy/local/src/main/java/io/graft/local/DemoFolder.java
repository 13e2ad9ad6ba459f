package io.graft.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.graft.problem.Problem;

/** The folder of the demo: the broker's topics, the logs, one image to try things with. */
final class DemoFolder {

    private static final String TOPICS = "topics";
    private static final List<String> FILES = List.of("broker.properties", "broker.log", "broker.ready",
            "trainer-service.log", "inference-service.log", "held-out-image");

    private DemoFolder() {
    }

    /**
     * Makes the folder, or removes from it what an earlier demo left.
     *
     * @throws Problem INVALID when the folder holds anything else, which is then left alone
     */
    static void prepare(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> children = Files.list(folder)) {
            children.filter(child -> !isOurs(child)).findFirst().ifPresent(child -> {
                throw Problem.invalid("DEMO_FOLDER_UNFIT", "demo.folder '" + folder + "' holds " + child.getFileName()
                        + " (expected: an empty folder, or one that an earlier demo left)");
            });
        }
        for (String file : FILES) {
            Files.deleteIfExists(folder.resolve(file));
        }
        Path topics = folder.resolve(TOPICS);
        if (Files.exists(topics)) {
            try (Stream<Path> all = Files.walk(topics)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static boolean isOurs(Path child) {
        String name = String.valueOf(child.getFileName());
        return name.equals(TOPICS) || FILES.contains(name);
    }

    /** Keeps an image for the commands that the demo proposes. */
    static Path keep(Path folder, DemoImage image) throws IOException {
        return Files.write(folder.resolve("held-out-image"), image.source().read());
    }
}
