package io.graft.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclBinding;

/**
 * A real broker that lets in nobody whom it does not know, over TLS alone, and nobody further than its rights go: on one port
 * with a password (SCRAM), on another with a certificate. Its operator comes in by a third one.
 */
public final class SecuredBroker implements AutoCloseable {

    private static final int ITERATION_COUNT = 4096;

    private final KafkaBroker broker;
    private final int certificatePort;
    private final Certificate own;
    private final Map<String, Certificate> certificates;
    private final Map<String, String> passwords = new TreeMap<>();
    private final Admin admin;

    private SecuredBroker(KafkaBroker broker, int certificatePort, int operatorPort, Certificate own,
            Map<String, Certificate> certificates) {
        this.broker = broker;
        this.certificatePort = certificatePort;
        this.own = own;
        this.certificates = certificates;
        this.admin = Admin.create(Map.of("bootstrap.servers", "localhost:" + operatorPort));
    }

    /**
     * Starts one that knows nobody's password yet.
     *
     * @param certified the users who come with a certificate
     */
    public static SecuredBroker start(Path folder, Set<String> certified) {
        Path keys = folder.resolve("keys");
        Certificate own = Certificate.of(keys, "broker");
        Map<String, Certificate> certificates = certified.stream()
                .collect(Collectors.toMap(user -> user, user -> Certificate.of(keys, user)));
        int passwordPort = Ports.free();
        int certificatePort = Ports.free();
        int operatorPort = Ports.free();
        int controllerPort = Ports.free();
        Map<String, String> settings = new HashMap<>(listeners(passwordPort, certificatePort, operatorPort, controllerPort));
        settings.putAll(identities(own, trusted(keys, certificates.values())));
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        // The operator and the broker itself, who come in without a name.
        settings.put("super.users", "User:ANONYMOUS");
        return new SecuredBroker(KafkaBroker.start(folder, passwordPort, settings), certificatePort, operatorPort, own,
                certificates);
    }

    private static Map<String, String> listeners(int passwordPort, int certificatePort, int operatorPort, int controllerPort) {
        String clients = "PASSWORD://localhost:" + passwordPort + ",CERTIFICATE://localhost:" + certificatePort
                + ",OPERATOR://localhost:" + operatorPort;
        return Map.of("listeners", clients + "," + BrokerSettings.CONTROLLER_LISTENER + "://localhost:" + controllerPort,
                "advertised.listeners", clients,
                "listener.security.protocol.map",
                "PASSWORD:SASL_SSL,CERTIFICATE:SSL,OPERATOR:PLAINTEXT," + BrokerSettings.CONTROLLER_LISTENER + ":PLAINTEXT",
                "inter.broker.listener.name", "OPERATOR", "controller.quorum.voters", "1@localhost:" + controllerPort);
    }

    private static Map<String, String> identities(Certificate own, Path trusted) {
        Map<String, String> settings = new HashMap<>();
        settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        settings.put("listener.name.password.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", own.keyStore().toString());
        settings.put("ssl.keystore.password", own.password());
        settings.put("ssl.key.password", own.password());
        settings.put("listener.name.certificate.ssl.client.auth", "required");
        settings.put("listener.name.certificate.ssl.truststore.type", "PEM");
        settings.put("listener.name.certificate.ssl.truststore.location", trusted.toString());
        settings.put("listener.name.certificate.ssl.principal.mapping.rules", "RULE:^CN=(.*?)$/$1/");
        return settings;
    }

    private static Path trusted(Path folder, Collection<Certificate> certificates) {
        StringBuilder all = new StringBuilder();
        try {
            for (Certificate certificate : certificates) {
                all.append(Files.readString(certificate.pem()));
            }
            return Files.writeString(folder.resolve("trusted.crt"), all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client that may do everything. */
    public Admin admin() {
        return admin;
    }

    /** Lets a user in, with a password that nobody chose. */
    public void addUser(String name) {
        String password = passwords.computeIfAbsent(name, user -> Certificate.secret());
        await(admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(name,
                new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATION_COUNT), password))).all());
    }

    /** Everybody's password, to look for where none may be. */
    public Collection<String> passwords() {
        return List.copyOf(passwords.values());
    }

    public void grant(Collection<AclBinding> rights) {
        await(admin.createAcls(rights).all());
    }

    public void revoke(AclBinding right) {
        await(admin.deleteAcls(List.of(right.toFilter())).all());
    }

    private static void await(KafkaFuture<?> done) {
        try {
            done.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** How a user's clients connect with the password. */
    public Map<String, String> passwordClient(String user) {
        Map<String, String> client = new HashMap<>(trust());
        client.put("bootstrap.servers", broker.bootstrapServers());
        client.put("security.protocol", "SASL_SSL");
        client.put("sasl.mechanism", "SCRAM-SHA-512");
        client.put("sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + user
                + "\" password=\"" + passwords.get(user) + "\";");
        return client;
    }

    /** How a user's clients connect with the certificate. */
    public Map<String, String> certificateClient(String user) {
        Certificate certificate = certificates.get(user);
        if (certificate == null) {
            throw new IllegalArgumentException("user '" + user + "' has no certificate");
        }
        Map<String, String> client = new HashMap<>(trust());
        client.put("bootstrap.servers", "localhost:" + certificatePort);
        client.put("security.protocol", "SSL");
        client.put("ssl.keystore.type", "PKCS12");
        client.put("ssl.keystore.location", certificate.keyStore().toString());
        client.put("ssl.keystore.password", certificate.password());
        return client;
    }

    private Map<String, String> trust() {
        return Map.of("ssl.truststore.type", "PEM", "ssl.truststore.location", own.pem().toString());
    }

    @Override
    public void close() {
        admin.close();
        broker.close();
    }
}
