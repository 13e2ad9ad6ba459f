package io.graft.signature;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelSignaturesTest {

    private static final byte[] VALUE = "{\"task\": \"birds\"}".getBytes(UTF_8);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test engine
    Path folder;

    private KeyFiles keys;
    private ModelSignatures signatures;

    @BeforeEach
    void drawKeys() {
        keys = KeyFiles.draw(folder, "trainer", "Ed25519");
        signatures = ModelSignatures.open(List.of(keys.publicKey()));
    }

    private static Optional<String> signature(KeyFiles keys, byte[] value) {
        ProducerRecord<byte[], byte[]> record = ModelSigner.open(keys.privateKey())
                .sign(new ProducerRecord<>("model-ready", value));
        return Optional.of(new String(record.headers().lastHeader("signature").value(), UTF_8));
    }

    @Test
    void letsThroughWhatTheTrainerSigned() {
        assertThatCode(() -> signatures.check("model 'birds@1'", VALUE, signature(keys, VALUE))).doesNotThrowAnyException();
    }

    @Test
    void refusesWhatNobodySigned() {
        assertThatThrownBy(() -> signatures.check("model 'birds@1'", VALUE, Optional.empty())).hasMessage(
                "model 'birds@1' has no header 'signature' (expected: signed, since public keys are configured)");
    }

    @Test
    void refusesEveryChangedByte() {
        // Given
        Optional<String> signature = signature(keys, VALUE);

        // When // Then
        for (int i = 0; i < VALUE.length; i++) {
            byte[] changed = VALUE.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> signatures.check("model 'birds@1'", changed, signature))
                    .hasMessage("model 'birds@1' has a "
                            + "signature of none of the 1 configured public keys (expected: signed by the trainer, and unchanged since)");
        }
    }

    @Test
    void refusesWhatIsNoSignature() {
        for (String text : List.of("", "?", "AAAA", Base64.getEncoder().encodeToString(new byte[64]))) {
            assertThatThrownBy(() -> signatures.check("model 'birds@1'", VALUE, Optional.of(text)))
                    .hasMessageContaining("has a signature of none");
        }
    }

    @Test
    void takesAnyOfSeveralKeysAndNoOther() {
        // Given
        KeyFiles next = KeyFiles.draw(folder, "next", "Ed25519");
        KeyFiles stranger = KeyFiles.draw(folder, "stranger", "Ed25519");
        ModelSignatures both = ModelSignatures.open(List.of(keys.publicKey(), next.publicKey()));

        // When // Then
        assertThatCode(() -> both.check("model 'birds@1'", VALUE, signature(keys, VALUE))).doesNotThrowAnyException();
        assertThatCode(() -> both.check("model 'birds@1'", VALUE, signature(next, VALUE))).doesNotThrowAnyException();
        assertThatThrownBy(() -> both.check("model 'birds@1'", VALUE, signature(stranger, VALUE)))
                .hasMessageContaining("none of the 2 configured public keys");
    }

    @Test
    void asksForNothingWithoutKeys() {
        assertThatCode(() -> ModelSignatures.NOT_ASKED_FOR.check("model 'birds@1'", VALUE, Optional.empty()))
                .doesNotThrowAnyException();
    }

    @Test
    void refusesAFileWithoutSuchAKeyAndNeverShowsIt() throws IOException {
        // Given
        KeyFiles other = KeyFiles.draw(folder, "rsa", "RSA");
        Path empty = Files.writeString(folder.resolve("empty"), "secret");

        // When // Then
        assertThatThrownBy(() -> ModelSigner.open(other.privateKey()))
                .hasMessage("signing key '" + other.privateKey() + "' has a PRIVATE KEY that is not of Ed25519");
        assertThatThrownBy(() -> ModelSigner.open(keys.publicKey())).hasMessage("signing key '" + keys.publicKey()
                + "' has no PRIVATE KEY in it (expected: a PEM file with an Ed25519 key)");
        assertThatThrownBy(() -> ModelSignatures.open(List.of(empty))).hasMessageContaining("has no PUBLIC KEY in it")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> ModelSignatures.open(List.of(folder.resolve("nowhere")))).hasMessage(
                "signing key '" + folder.resolve("nowhere") + "' cannot be read");
    }
}
