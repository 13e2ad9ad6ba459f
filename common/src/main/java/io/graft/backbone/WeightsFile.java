package io.graft.backbone;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.graft.digest.Digests;
import io.graft.download.DownloadCache;
import io.graft.download.DownloadRules;
import io.graft.problem.Problem;
import io.graft.tensor.Safetensors;
import io.graft.tensor.TensorFile;

/** The file that a backbone's weights are in, verified where its digest is known. */
final class WeightsFile {

    private static final String OWNER = "weights file";
    private static final String BUNDLED = "resnet18-small-images.safetensors";
    private static final String BUNDLED_SHA256 = "f3d3ac8d1b863ab80d6c6a894c201984a3629645196876e4c4010e938bb27e40";
    /** The longest Java array, nearly. */
    private static final int MODULE_BYTES_MAX = Integer.MAX_VALUE - 8;
    /** What a folder is searched for. */
    private static final Set<String> EXTENSIONS = Set.of("safetensors", "pth", "pt");

    private WeightsFile() {
    }

    /**
     * Opens its tensors; the caller closes them.
     *
     * @throws Problem INVALID when it is not the file that its digest says or cannot be understood, BROKEN when it is not there
     */
    static TensorFile open(BackboneConfig config, DownloadRules downloads) {
        if (config.weights().isEmpty()) {
            return bundled();
        }
        try {
            return TensorFile.of(OWNER, verified(config, downloads));
        } catch (IOException e) {
            throw unreadable(config.source(), e);
        }
    }

    /** The bytes of a TorchScript module, which is code: those that have the digest that is configured, and no later ones. */
    static byte[] module(BackboneConfig config, DownloadRules downloads) {
        try (FileChannel file = verified(config, downloads)) {
            if (file.size() > MODULE_BYTES_MAX) {
                throw Problem.invalid("BACKBONE_WEIGHTS_INVALID", OWNER + " " + config.source() + " has " + file.size()
                        + " bytes (expected: at most " + MODULE_BYTES_MAX + ")");
            }
            byte[] bytes = Channels.newInputStream(file).readAllBytes();
            requireDigest(config.source(), Digests.sha256Hex(bytes), config.sha256().orElseThrow());
            return bytes;
        } catch (IOException e) {
            throw unreadable(config.source(), e);
        }
    }

    private static TensorFile bundled() {
        try (InputStream in = WeightsFile.class.getResourceAsStream(BUNDLED)) {
            if (in == null) {
                throw Problem.broken("BACKBONE_WEIGHTS_MISSING", OWNER + " " + BUNDLED + " is not in the jar");
            }
            byte[] bytes = in.readAllBytes();
            requireDigest(BUNDLED, Digests.sha256Hex(bytes), BUNDLED_SHA256);
            return Safetensors.read(OWNER, bytes);
        } catch (IOException e) {
            throw unreadable(BUNDLED, e);
        }
    }

    /** Opened before its digest is looked at: what is read afterwards is this file, whatever gets its name. */
    private static FileChannel verified(BackboneConfig config, DownloadRules downloads) throws IOException {
        String source = config.weights().orElseThrow();
        if (config.isOnTheWeb()) {
            return new DownloadCache(downloads).open(URI.create(source), config.sha256().orElseThrow());
        }
        Path path = inFolder(config.isInTheZoo() ? ZooFile.folder(source, downloads) : Path.of(source));
        FileChannel file = FileChannel.open(path);
        try {
            if (config.sha256().isPresent()) {
                requireDigest(path.toString(), Digests.sha256Hex(file), config.sha256().get());
            }
            return file;
        } catch (IOException | Problem e) {
            file.close();
            throw e;
        }
    }

    private static void requireDigest(String name, String actual, String expected) {
        if (!actual.equalsIgnoreCase(expected)) {
            throw Problem.invalid("BACKBONE_WEIGHTS_INVALID",
                    OWNER + " " + name + " has SHA-256 " + actual + " (expected: " + expected + ")");
        }
    }

    /** The path itself, or the one weights file in it. */
    private static Path inFolder(Path path) {
        if (!Files.isDirectory(path)) {
            return path;
        }
        try (Stream<Path> files = Files.list(path)) {
            List<Path> found = files.filter(WeightsFile::isNamedAsWeights).sorted().toList();
            if (found.size() != 1) {
                throw Problem.invalid("BACKBONE_WEIGHTS_INVALID", "weights folder " + path + " has " + found.size()
                        + " weights files " + found.stream().map(Path::getFileName).limit(10).toList()
                        + " (expected: 1, of .safetensors, .pth or .pt)");
            }
            return found.get(0);
        } catch (IOException e) {
            throw unreadable(path.toString(), e);
        }
    }

    private static boolean isNamedAsWeights(Path file) {
        String name = file.getFileName().toString();
        return EXTENSIONS.contains(name.substring(name.lastIndexOf('.') + 1)) && Files.isRegularFile(file);
    }

    private static Problem unreadable(String name, IOException e) {
        return Problem.broken("BACKBONE_WEIGHTS_MISSING", OWNER + " " + name + " cannot be read: " + e.getMessage(), e);
    }
}
