package io.graft.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An authority of one's own, whose certificates count where somebody trusts it.
 *
 * @param pem its own certificate
 */
public record CertificateAuthority(Path folder, Path pem) {

    private static final String STORE = "authority.p12";
    private static final String PASSWORD_FILE = "authority.password";

    /** Makes one. */
    public static CertificateAuthority of(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(PASSWORD_FILE), Certificate.secret());
            CertificateAuthority authority = new CertificateAuthority(folder, folder.resolve("authority.crt"));
            Certificate.keytool(authority.store(), "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2",
                    "-dname", "CN=Authority", "-ext", "bc:c", "-storetype", "PKCS12");
            Certificate.keytool(authority.store(), "-exportcert", "-rfc", "-file", authority.pem.toString());
            return authority;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> store() {
        return store(folder.resolve(STORE), folder.resolve(PASSWORD_FILE), Certificate.ALIAS);
    }

    private static List<String> store(Path keyStore, Path passwordFile, String alias) {
        return List.of("-alias", alias, "-keystore", keyStore.toString(), "-storepass:file", passwordFile.toString());
    }

    /** Makes a key and vouches for it and for {@code localhost}. */
    public Certificate issue(String commonName) {
        Certificate certificate = Certificate.of(folder, commonName);
        Path passwordFile = folder.resolve(commonName + ".password");
        List<String> store = store(certificate.keyStore(), passwordFile, Certificate.ALIAS);
        Path request = folder.resolve(commonName + ".csr");
        try {
            Certificate.keytool(store, "-certreq", "-file", request.toString());
            Certificate.keytool(store(), "-gencert", "-rfc", "-validity", "2", "-ext", "SAN=dns:localhost,ip:127.0.0.1",
                    "-infile", request.toString(), "-outfile", certificate.pem().toString());
            Certificate.keytool(store(certificate.keyStore(), passwordFile, "authority"), "-importcert", "-noprompt", "-file",
                    pem.toString());
            Certificate.keytool(store, "-importcert", "-noprompt", "-file", certificate.pem().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return certificate;
    }
}
