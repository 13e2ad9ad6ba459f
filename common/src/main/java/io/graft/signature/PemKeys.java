package io.graft.signature;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.graft.problem.Problem;

/** Ed25519 keys in files, as {@code openssl genpkey -algorithm ed25519} and {@code openssl pkey -pubout} write them. */
final class PemKeys {

    static final String ALGORITHM = "Ed25519";

    private static final Pattern PEM = Pattern
            .compile("-----BEGIN (PRIVATE KEY|PUBLIC KEY)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private PemKeys() {
    }

    /** @throws Problem INVALID {@code SIGNING_KEY_INVALID}; its sentence never holds the key */
    static PrivateKey privateKey(Path file) {
        byte[] der = der(file, "PRIVATE KEY");
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw invalid(file, "PRIVATE KEY", e);
        }
    }

    /** @throws Problem INVALID {@code SIGNING_KEY_INVALID} */
    static PublicKey publicKey(Path file) {
        byte[] der = der(file, "PUBLIC KEY");
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw invalid(file, "PUBLIC KEY", e);
        }
    }

    private static byte[] der(Path file, String kind) {
        try {
            Matcher pem = PEM.matcher(Files.readString(file, StandardCharsets.US_ASCII));
            if (pem.find() && pem.group(1).equals(kind)) {
                return Base64.getMimeDecoder().decode(pem.group(2));
            }
        } catch (IOException e) {
            throw Problem.invalid("SIGNING_KEY_INVALID", "signing key '" + file + "' cannot be read", e);
        }
        throw Problem.invalid("SIGNING_KEY_INVALID",
                "signing key '" + file + "' has no " + kind + " in it (expected: a PEM file with an Ed25519 key)");
    }

    private static Problem invalid(Path file, String kind, GeneralSecurityException cause) {
        return Problem.invalid("SIGNING_KEY_INVALID",
                "signing key '" + file + "' has a " + kind + " that is not of " + ALGORITHM, cause);
    }
}
