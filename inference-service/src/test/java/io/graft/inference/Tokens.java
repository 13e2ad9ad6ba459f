package io.graft.inference;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;

import io.graft.testing.OpenIdProvider;
import io.smallrye.jwt.build.Jwt;

/**
 * Tokens as a provider signs them.
 *
 * @param privateKey PKCS #8 in Base64
 */
record Tokens(String issuer, String privateKey) {

    private static final Duration LIFE = Duration.ofMinutes(5);

    String of(String subject, String... roles) {
        return signed(subject, GuardedService.AUDIENCE, Instant.now(), roles);
    }

    String expired(String subject) {
        return signed(subject, GuardedService.AUDIENCE, Instant.now().minus(Duration.ofHours(1)), "read");
    }

    /** Meant for another service. */
    String forAnother(String subject) {
        return signed(subject, "another", Instant.now(), "read");
    }

    private String signed(String subject, String audience, Instant at, String... roles) {
        return Jwt.claims().issuer(issuer).audience(audience).subject(subject).groups(Set.of(roles)).issuedAt(at)
                .expiresAt(at.plus(LIFE)).jws().keyId(OpenIdProvider.KEY_ID).sign(key());
    }

    private PrivateKey key() {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(privateKey)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
