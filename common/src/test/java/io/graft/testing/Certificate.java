package io.graft.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * A key with a certificate that vouches for itself and for {@code localhost}, made by the JDK's {@code keytool}.
 *
 * @param keyStore PKCS #12 with both, under {@code password}
 * @param pem the certificate alone
 */
public record Certificate(Path keyStore, String password, Path pem) {

    private static final SecureRandom RANDOM = new SecureRandom();
    static final String ALIAS = "only";

    /** Makes one. */
    public static Certificate of(Path folder, String commonName) {
        Path keyStore = folder.resolve(commonName + ".p12");
        Path pem = folder.resolve(commonName + ".crt");
        String password = secret();
        try {
            Files.createDirectories(folder);
            Path passwordFile = Files.writeString(folder.resolve(commonName + ".password"), password);
            List<String> store = List.of("-alias", ALIAS, "-keystore", keyStore.toString(), "-storepass:file",
                    passwordFile.toString());
            keytool(store, "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2", "-dname",
                    "CN=" + commonName, "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12");
            keytool(store, "-exportcert", "-rfc", "-file", pem.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Certificate(keyStore, password, pem);
    }

    /** Something that nobody guesses. */
    static String secret() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Writes the private key as PEM, in PKCS #8. */
    public Path privateKey() {
        try (InputStream in = Files.newInputStream(keyStore)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, password.toCharArray());
            byte[] key = store.getKey(ALIAS, password.toCharArray()).getEncoded();
            return Files.writeString(keyStore.resolveSibling(keyStore.getFileName() + ".key"),
                    "-----BEGIN PRIVATE KEY-----\n"
                            + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(key)
                            + "\n-----END PRIVATE KEY-----\n");
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static void keytool(List<String> store, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(store);
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException("keytool failed: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while making a certificate", e);
        }
    }
}
