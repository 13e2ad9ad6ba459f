package io.graft.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.CRC32;

import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

/**
 * Reads a folder in the layout of torchvision's {@code ImageFolder}: one sub-folder for each label. With sub-folders
 * {@code train} and {@code val} these hold the labels, and {@code val} is what is held out.
 * <p>
 * Every file but the hidden ones counts, whatever its name: what is no image comes back as a dead letter.
 */
final class ImageFolder {

    private static final int TASK_LENGTH_MAX = 63;
    private static final int SAMPLE_ID_LENGTH_MAX = 180;

    private ImageFolder() {
    }

    /** @throws Problem INVALID when there are fewer than two labels, or nothing to hold out */
    static DemoSet read(Path folder) {
        Path train = folder.resolve("train");
        Path val = folder.resolve("val");
        if (Files.isDirectory(train) && Files.isDirectory(val)) {
            return new DemoSet(task(folder), images(train), images(val));
        }
        List<DemoImage> training = new ArrayList<>();
        List<DemoImage> heldOut = new ArrayList<>();
        for (Path label : children(folder, Files::isDirectory)) {
            List<DemoImage> images = imagesOf(label);
            for (int i = 0; i < images.size(); i++) {
                (DemoSet.isHeldOut(i) ? heldOut : training).add(images.get(i));
            }
        }
        return new DemoSet(task(folder), training, heldOut);
    }

    private static List<DemoImage> images(Path part) {
        return children(part, Files::isDirectory).stream().flatMap(label -> imagesOf(label).stream()).toList();
    }

    private static List<DemoImage> imagesOf(Path label) {
        String labelName = fileName(label);
        return children(label, Files::isRegularFile).stream()
                .map(file -> new DemoImage(sampleId(labelName, fileName(file)), labelName + "/" + fileName(file), labelName,
                        contentType(fileName(file)), () -> Files.readAllBytes(file)))
                .toList();
    }

    /** Always an image's, so that a text that lies among the images is refused and not embedded as a text. */
    private static String contentType(String file) {
        String guess = URLConnection.guessContentTypeFromName(file);
        return guess != null && guess.startsWith("image/") ? guess : "image/x-unknown";
    }

    private static List<Path> children(Path folder, Predicate<Path> kind) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(child -> !fileName(child).startsWith(".")).filter(kind).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("folder " + folder + " cannot be read", e);
        }
    }

    /** The folder's name, as far as a task may have it. */
    private static TaskId task(Path folder) {
        String name = fileName(folder.toAbsolutePath().normalize()).toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        return new TaskId(name.isEmpty() ? "images" : name.substring(0, Math.min(name.length(), TASK_LENGTH_MAX)));
    }

    /** Label and file name; where a sample id may not have their characters, a checksum keeps two files apart. */
    private static SampleId sampleId(String label, String file) {
        String exact = label + ":" + file;
        String allowed = exact.replaceAll("[^A-Za-z0-9._:-]", "_");
        if (allowed.equals(exact) && exact.length() <= SAMPLE_ID_LENGTH_MAX) {
            return new SampleId(exact);
        }
        CRC32 checksum = new CRC32();
        checksum.update(exact.getBytes(StandardCharsets.UTF_8));
        return new SampleId("%08x:%s".formatted(checksum.getValue(),
                allowed.substring(0, Math.min(allowed.length(), SAMPLE_ID_LENGTH_MAX))));
    }

    private static String fileName(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString();
    }
}
