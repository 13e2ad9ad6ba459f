package io.graft.signature;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;

import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.problem.Problem;

/**
 * Signs records: the header {@value #HEADER} is base64 of the Ed25519 signature (RFC 8032) of the value as it is, so that
 * {@code openssl pkeyutl -verify -rawin} can check it too. Thread-safe.
 */
public final class ModelSigner {

    /** Name of the record header. */
    public static final String HEADER = "signature";

    private final PrivateKey key;

    private ModelSigner(PrivateKey key) {
        this.key = key;
    }

    /**
     * With the key in a PEM file (PKCS #8).
     *
     * @throws Problem INVALID {@code SIGNING_KEY_INVALID}
     */
    public static ModelSigner open(Path privateKey) {
        return new ModelSigner(PemKeys.privateKey(privateKey));
    }

    /** Adds the header. */
    public ProducerRecord<byte[], byte[]> sign(ProducerRecord<byte[], byte[]> record) {
        record.headers().add(HEADER, Base64.getEncoder().encodeToString(signature(record.value()))
                .getBytes(StandardCharsets.US_ASCII));
        return record;
    }

    private byte[] signature(byte[] value) {
        try {
            Signature signature = Signature.getInstance(PemKeys.ALGORITHM);
            signature.initSign(key);
            signature.update(value);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw Problem.broken("SIGNING_FAILED", "model cannot be signed", e);
        }
    }
}
