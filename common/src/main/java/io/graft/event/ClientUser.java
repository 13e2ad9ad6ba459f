package io.graft.event;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/** Whom a Kafka client says that it is, by its configuration: the broker does not say whom it has refused. */
final class ClientUser {

    private static final Pattern USER_NAME = Pattern.compile("\\busername\\s*=\\s*(\"([^\"]*)\"|'([^']*)'|([^\\s;]+))");

    private ClientUser() {
    }

    /** The name in a password's login, or the subject of a certificate; {@code ANONYMOUS} where there is neither. */
    static String of(Map<String, Object> clientConfig) {
        return text(clientConfig, SaslConfigs.SASL_JAAS_CONFIG).map(ClientUser::ofLogin)
                .or(() -> text(clientConfig, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG)
                        .filter(location -> text(clientConfig, CommonClientConfigs.SECURITY_PROTOCOL_CONFIG)
                                .filter(SecurityProtocol.SSL.name::equalsIgnoreCase).isPresent())
                        .map(location -> ofCertificate(Path.of(location), clientConfig)))
                .orElse(KafkaPrincipal.ANONYMOUS.getName());
    }

    private static String ofLogin(String login) {
        Matcher name = USER_NAME.matcher(login);
        if (!name.find()) {
            return "of the token";
        }
        return name.group(1).replaceAll("^[\"']|[\"']$", "");
    }

    /** The whole subject: what the broker makes of it are rules of its own. */
    private static String ofCertificate(Path keystore, Map<String, Object> clientConfig) {
        String type = text(clientConfig, SslConfigs.SSL_KEYSTORE_TYPE_CONFIG).orElse(SslConfigs.DEFAULT_SSL_KEYSTORE_TYPE);
        try (InputStream in = Files.newInputStream(keystore)) {
            if (type.equalsIgnoreCase(DefaultSslEngineFactory.PEM_TYPE)) {
                return subject(CertificateFactory.getInstance("X.509").generateCertificate(certificate(in)));
            }
            KeyStore store = KeyStore.getInstance(type);
            store.load(in, text(clientConfig, SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG).map(String::toCharArray).orElse(null));
            return subject(store.getCertificate(store.aliases().nextElement()));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            return "of " + keystore;
        }
    }

    /** Behind the private key, which stands first or last in such a file. */
    private static InputStream certificate(InputStream in) throws IOException {
        String pem = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        return new ByteArrayInputStream(pem.substring(pem.indexOf("-----BEGIN CERTIFICATE-----"))
                .getBytes(StandardCharsets.US_ASCII));
    }

    private static String subject(Certificate certificate) {
        return ((X509Certificate) certificate).getSubjectX500Principal().getName();
    }

    private static Optional<String> text(Map<String, Object> clientConfig, String key) {
        return Optional.ofNullable(clientConfig.get(key))
                .map(value -> value instanceof Password password ? password.value() : value.toString())
                .filter(value -> !value.isBlank());
    }
}
