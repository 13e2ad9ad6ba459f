package io.graft.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.graft.backbone.Backbone;
import io.graft.problem.Problem;
import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;
import io.graft.testing.DrawnImages;

/**
 * Labelled images to measure on: ants and bees where they lie beside the repository, else drawn ones.
 *
 * @param source which of them
 * @param photographs to train on, then those to validate on
 * @param trainCount how many are to train on
 */
record Photographs(String source, List<Photograph> photographs, int trainCount) {

    private static final String FOLDER = "data/hymenoptera";
    private static final int DRAWN_PER_LABEL = 66;

    /** An image that the backbone takes. */
    record Photograph(SampleContent.Image content, String label) {
    }

    /** Finds the images and leaves out what the backbone refuses: among the ants are files that are no JPEG. */
    static Photographs find(Backbone backbone) throws IOException {
        Path folder = Path.of(System.getProperty("graft.shared", "../shared")).resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            List<Photograph> drawn = new DrawnImages(1).draw(DRAWN_PER_LABEL).stream()
                    .flatMap(image -> photograph(backbone, image.label(), image.bytes()).stream()).toList();
            return new Photographs("drawn images", drawn, drawn.size() * 3 / 5);
        }
        List<Photograph> photographs = new ArrayList<>(read(backbone, folder.resolve("train")));
        int trainCount = photographs.size();
        photographs.addAll(read(backbone, folder.resolve("val")));
        return new Photographs("ants and bees", photographs, trainCount);
    }

    /** The label of a file is its folder. */
    private static List<Photograph> read(Backbone backbone, Path folder) throws IOException {
        List<Photograph> photographs = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String label = String.valueOf(folder.relativize(file).getName(0));
                photograph(backbone, label, Files.readAllBytes(file)).ifPresent(photographs::add);
            }
        }
        return photographs;
    }

    private static Optional<Photograph> photograph(Backbone backbone, String label, byte[] bytes) {
        Optional<SampleContent.Image> image = ImageFormat.sniff(bytes).map(format -> new SampleContent.Image(bytes, format));
        try {
            image.ifPresent(backbone::prepare);
            return image.map(content -> new Photograph(content, label));
        } catch (Problem e) {
            return Optional.empty();
        }
    }

    List<SampleContent.Image> contents() {
        return photographs.stream().map(Photograph::content).toList();
    }

    List<String> labels() {
        return photographs.stream().map(Photograph::label).toList();
    }
}
