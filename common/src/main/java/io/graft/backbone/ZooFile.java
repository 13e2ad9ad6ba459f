package io.graft.backbone;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import ai.djl.repository.Artifact;
import ai.djl.repository.LocalRepository;
import ai.djl.repository.MRL;
import ai.djl.repository.zoo.ModelLoader;
import ai.djl.repository.zoo.ModelZoo;
import io.graft.digest.Digests;
import io.graft.download.DownloadMirror;
import io.graft.download.DownloadRules;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

/**
 * Weights in DJL's model zoo, {@code djl://GROUP/ARTIFACT}: DJL looks them up ({@code DJL_REPO_URL} says where), checks and
 * unpacks them into its own cache ({@code DJL_CACHE_DIR}). What is on the web is fetched before, into a folder that is laid out
 * as the zoo, so that DJL sees files only. Its module is not loaded: only the numbers are taken.
 */
final class ZooFile {

    static final String SCHEME = "djl://";

    private static final Pattern SOURCE = Pattern.compile("djl://([A-Za-z0-9_.-]{1,100})/([A-Za-z0-9_.-]{1,100})");
    private static final Pattern SHA1_HEX = Pattern.compile("[0-9a-fA-F]{40}");
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9_.+-]+(/[A-Za-z0-9_.+-]+)*");
    private static final String INDEX = "metadata.json";

    private final String source;
    private final DownloadRules downloads;

    private ZooFile(String source, DownloadRules downloads) {
        this.source = source;
        this.downloads = downloads;
    }

    static boolean isWellFormed(String source) {
        return SOURCE.matcher(source).matches();
    }

    /**
     * The folder that the artifact lies in, unpacked.
     *
     * @param downloads of a zoo on the web; their {@code sizeBytesMax} counts for one on disk too
     * @throws Problem BROKEN when it cannot be fetched, INVALID when there is none or it is damaged
     */
    static Path folder(String source, DownloadRules downloads) {
        return new ZooFile(source, downloads).prepared();
    }

    private Path prepared() {
        MRL resource = loader().getMrl();
        URI zoo = resource.getRepository().getBaseUri();
        try {
            return "file".equals(zoo.getScheme()) ? fromDisk(resource, zoo) : fromWeb(resource, zoo);
        } catch (IOException e) {
            throw Problem.broken("BACKBONE_WEIGHTS_MISSING", "model zoo artifact " + source + " cannot be fetched from " + zoo
                    + ": " + e + " (expected: a way to it, or DJL_REPO_URL at a copy)", e);
        }
    }

    private ModelLoader loader() {
        Matcher matcher = SOURCE.matcher(source);
        if (!matcher.matches() || !ModelZoo.hasModelZoo(matcher.group(1))) {
            throw invalid("is of no model zoo here (expected: djl://ai.djl.pytorch/ARTIFACT)");
        }
        ModelLoader loader = ModelZoo.getModelZoo(matcher.group(1)).getModelLoader(matcher.group(2));
        if (loader == null) {
            throw invalid("is not in the model zoo (expected: an artifact that it has)");
        }
        return loader;
    }

    /** DJL unpacks while it reads and compares digests at the end: the digests of the files are looked at first. */
    private Path fromDisk(MRL resource, URI zoo) throws IOException {
        Artifact artifact = artifact(resource, zoo);
        if (!resource.isPrepared(artifact)) {
            URI place = zoo.resolve(resource.toURI());
            for (Artifact.Item item : artifact.getFiles().values()) {
                requireDigest(Path.of(place.resolve(item.getUri())), sha1(item));
            }
        }
        return unpacked(resource, artifact);
    }

    private void requireDigest(Path file, String sha1) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            String found = Digests.hex("SHA-1", channel);
            if (!found.equalsIgnoreCase(sha1)) {
                throw invalid("has file " + file + " with SHA-1 " + found + " (expected: " + sha1 + ")");
            }
        }
    }

    private Path fromWeb(MRL resource, URI zoo) throws IOException {
        if (!"http".equals(zoo.getScheme()) && !"https".equals(zoo.getScheme())) {
            throw invalid("is in a zoo at " + zoo + " (expected: DJL_REPO_URL with file, http or https)");
        }
        DownloadMirror mirror = new DownloadMirror(zoo, downloads);
        String place = resource.toURI().getPath();
        mirror.requireIndex(place + INDEX);
        try {
            MRL copy = new Mirrored(mirror.folder()).model(resource.getApplication(), resource.getGroupId(),
                    resource.getArtifactId(), resource.getVersion());
            Artifact artifact = artifact(copy, zoo);
            if (!copy.isPrepared(artifact)) {
                for (Artifact.Item item : artifact.getFiles().values()) {
                    mirror.require(place + path(item), sha1(item));
                }
            }
            return unpacked(copy, artifact);
        } catch (Problem e) {
            if (e.type() == ProblemType.INVALID) {
                // Whoever has mended the zoo may have mended its index.
                mirror.forgetIndex(place + INDEX);
            }
            throw e;
        }
    }

    /** A zoo on disk, as DJL makes one of a folder that it has searched. */
    private static final class Mirrored extends LocalRepository {

        private Mirrored(Path folder) {
            super("mirror", folder.toUri(), folder);
        }
    }

    private Artifact artifact(MRL resource, URI zoo) throws IOException {
        Artifact artifact = found(resource, zoo);
        if (artifact == null) {
            throw invalid("has no version in " + zoo + " (expected: at least one)");
        }
        long sizeBytes = artifact.getFiles().values().stream().mapToLong(Artifact.Item::getSize).sum();
        if (sizeBytes > downloads.sizeBytesMax() && !resource.isPrepared(artifact)) {
            throw invalid("has " + sizeBytes + " bytes (expected: at most " + downloads.sizeBytesMax() + ")");
        }
        return artifact;
    }

    private Artifact found(MRL resource, URI zoo) throws IOException {
        try {
            return resource.getDefaultArtifact();
        } catch (RuntimeException e) {
            // Whatever the index leads DJL's parser to.
            throw Problem.invalid("BACKBONE_WEIGHTS_INVALID", "model zoo artifact " + source + " has an unreadable " + INDEX
                    + " in " + zoo + ": " + e.getMessage(), e);
        }
    }

    private String path(Artifact.Item item) {
        String uri = item.getUri();
        if (uri == null || !PATH.matcher(uri).matches()) {
            throw invalid("has a file at '" + uri + "' (expected: a path below its " + INDEX + ")");
        }
        return uri;
    }

    /** The index has no other digest: it finds damage, and an attacker only together with the configured SHA-256. */
    private String sha1(Artifact.Item item) {
        String sha1 = item.getSha1Hash();
        if (sha1 == null || !SHA1_HEX.matcher(sha1).matches()) {
            throw invalid("has file " + item.getUri() + " with sha1Hash '" + sha1 + "' (expected: 40 hex digits)");
        }
        return sha1;
    }

    private static Path unpacked(MRL resource, Artifact artifact) throws IOException {
        resource.prepare(artifact);
        return resource.getRepository().getResourceDirectory(artifact);
    }

    private Problem invalid(String what) {
        return Problem.invalid("BACKBONE_WEIGHTS_INVALID", "model zoo artifact " + source + " " + what);
    }
}
