package io.graft.signature;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import io.graft.problem.Problem;

/**
 * Checks signatures of {@link ModelSigner}: one by any of the keys will do, so that keys can be changed while old versions
 * still serve. Without keys everything passes. Thread-safe.
 */
public final class ModelSignatures {

    /** Asks for none. */
    public static final ModelSignatures NOT_ASKED_FOR = new ModelSignatures(List.of());

    private final List<PublicKey> keys;

    private ModelSignatures(List<PublicKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /**
     * With the keys in PEM files (X.509).
     *
     * @throws Problem INVALID {@code SIGNING_KEY_INVALID}
     */
    public static ModelSignatures open(List<Path> publicKeys) {
        return new ModelSignatures(publicKeys.stream().map(PemKeys::publicKey).toList());
    }

    /**
     * Refuses what none of the keys has signed.
     *
     * @param owner of the value, for the sentence
     * @param signature base64, of the value as it is
     * @throws Problem INVALID {@code MODEL_UNSIGNED} or {@code MODEL_SIGNATURE_WRONG}
     */
    public void check(String owner, byte[] value, Optional<String> signature) {
        if (keys.isEmpty()) {
            return;
        }
        String text = signature.orElseThrow(() -> Problem.invalid("MODEL_UNSIGNED",
                owner + " has no header '" + ModelSigner.HEADER + "' (expected: signed, since public keys are configured)"));
        byte[] bytes = decoded(text);
        if (keys.stream().noneMatch(key -> verifies(key, value, bytes))) {
            throw Problem.invalid("MODEL_SIGNATURE_WRONG", owner + " has a signature of none of the " + keys.size()
                    + " configured public keys (expected: signed by the trainer, and unchanged since)");
        }
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            // No signature of any key.
            return new byte[0];
        }
    }

    private static boolean verifies(PublicKey key, byte[] value, byte[] bytes) {
        try {
            Signature signature = Signature.getInstance(PemKeys.ALGORITHM);
            signature.initVerify(key);
            signature.update(value);
            return signature.verify(bytes);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
