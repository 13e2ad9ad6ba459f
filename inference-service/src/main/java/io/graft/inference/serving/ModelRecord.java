package io.graft.inference.serving;

import java.util.Optional;

import io.graft.event.Envelope;
import io.graft.signature.ModelSigner;

/** A {@code model-ready} record as it was read: nobody has verified it. */
final class ModelRecord {

    private final byte[] json;
    private final Optional<String> signature;

    /** Keeps the array: nobody writes to it. */
    ModelRecord(byte[] json, Optional<String> signature) {
        this.json = json;
        this.signature = signature;
    }

    static ModelRecord of(Envelope envelope) {
        return new ModelRecord(envelope.body(), envelope.attribute(ModelSigner.HEADER));
    }

    byte[] json() {
        return json;
    }

    /** Base64, of the JSON as it is. */
    Optional<String> signature() {
        return signature;
    }
}
