package io.graft.backbone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.zoo.ModelLoader;
import ai.djl.repository.zoo.ModelZoo;
import io.graft.problem.Problem;

/**
 * Weights in DJL's model zoo, {@code djl://GROUP/ARTIFACT}: DJL looks them up ({@code DJL_REPO_URL} says where), fetches,
 * checks and unpacks them into its own cache ({@code DJL_CACHE_DIR}). Its module is not loaded: only the numbers are taken.
 */
final class ZooFile {

    static final String SCHEME = "djl://";

    private static final Pattern SOURCE = Pattern.compile("djl://([A-Za-z0-9_.-]{1,100})/([A-Za-z0-9_.-]{1,100})");

    private final String source;
    private final long sizeBytesMax;

    private ZooFile(String source, long sizeBytesMax) {
        this.source = source;
        this.sizeBytesMax = sizeBytesMax;
    }

    static boolean isWellFormed(String source) {
        return SOURCE.matcher(source).matches();
    }

    /**
     * The folder that the artifact lies in, unpacked.
     *
     * @param sizeBytesMax of what is fetched, as the zoo's index says
     * @throws Problem BROKEN when it cannot be fetched, INVALID when there is none or it is damaged
     */
    static Path folder(String source, long sizeBytesMax) {
        return new ZooFile(source, sizeBytesMax).prepared();
    }

    private Path prepared() {
        MRL resource = loader().getMrl();
        URI repository = resource.getRepository().getBaseUri();
        try {
            Artifact artifact = resource.getDefaultArtifact();
            if (artifact == null) {
                throw invalid("has no version in " + repository + " (expected: at least one)");
            }
            if (!resource.isPrepared(artifact)) {
                check(artifact, repository);
            }
            resource.prepare(artifact);
            return resource.getRepository().getResourceDirectory(artifact);
        } catch (IOException e) {
            throw Problem.broken("BACKBONE_WEIGHTS_MISSING", "model zoo artifact " + source + " cannot be fetched from "
                    + repository + ": " + e + " (expected: a way to it, or DJL_REPO_URL at a copy)", e);
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

    /** DJL unpacks while it reads and compares digests at the end: where the file is at hand, its digest is looked at first. */
    private void check(Artifact artifact, URI repository) throws IOException {
        long sizeBytes = artifact.getFiles().values().stream().mapToLong(Artifact.Item::getSize).sum();
        if (sizeBytes > sizeBytesMax) {
            throw invalid("has " + sizeBytes + " bytes (expected: at most " + sizeBytesMax + ")");
        }
        if (!"file".equals(repository.getScheme())) {
            return;
        }
        URI base = repository.resolve(artifact.getMetadata().getRepositoryUri());
        for (Artifact.Item item : artifact.getFiles().values()) {
            Path file = Path.of(base.resolve(item.getUri()));
            String found = sha1(file);
            if (!found.equalsIgnoreCase(item.getSha1Hash())) {
                throw invalid("has file " + file + " with SHA-1 " + found + " (expected: " + item.getSha1Hash() + ")");
            }
        }
    }

    /** The zoo's index has no other digest: it finds damage, and an attacker only together with the configured SHA-256. */
    private static String sha1(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Problem invalid(String what) {
        return Problem.invalid("BACKBONE_WEIGHTS_INVALID", "model zoo artifact " + source + " " + what);
    }
}
