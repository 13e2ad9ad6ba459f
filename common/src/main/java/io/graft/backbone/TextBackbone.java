package io.graft.backbone;

import java.io.IOException;
import java.io.InputStream;

import io.graft.digest.Digests;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

/**
 * Sentences to 384 numbers: all-MiniLM-L6-v2 (Apache-2.0), with tokens, pooling and normalization as langchain4j's jar of it
 * has them.
 * <p>
 * An input is the numbers of a text's tokens, as little-endian int32. The network looks at the first {@value #TOKEN_COUNT_MAX}
 * tokens, the mark before and the one behind the text among them, and never at what comes later.
 */
final class TextBackbone implements Backbone {

    static final BackboneId ID = new BackboneId("minilm");
    static final String ARCHITECTURE = "minilm-l6-v2";
    /** As in the tokenizer's file, which the model was trained with. */
    static final int TOKEN_COUNT_MAX = 128;

    private static final int DIMENSION = 384;
    private static final String MODEL = "/all-minilm-l6-v2.onnx";
    private static final String MODEL_SHA256 = "759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e";
    private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
    private static final String TOKENIZER_SHA256 = "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0";

    /** Known before it is opened, since its files are. */
    static final BackboneDescriptor DESCRIPTOR = new BackboneDescriptor(ID, digest(), DIMENSION, ARCHITECTURE,
            Precision.FLOAT32.toString(), "cpu");

    private final TextTokenizer tokenizer;
    private final TextEncoder encoder;

    private TextBackbone(TextTokenizer tokenizer, TextEncoder encoder) {
        this.tokenizer = tokenizer;
        this.encoder = encoder;
    }

    /**
     * Reads and verifies the files in the jar and starts tokenizer and engine, which takes a second or two.
     *
     * @throws Problem BROKEN when they cannot be used
     */
    static TextBackbone open() {
        TextTokenizer tokenizer = TextTokenizer.open(read(TOKENIZER, TOKENIZER_SHA256), TOKEN_COUNT_MAX);
        try {
            return new TextBackbone(tokenizer, TextEncoder.open(read(MODEL, MODEL_SHA256), DIMENSION));
        } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
            tokenizer.close();
            throw e;
        }
    }

    private static String digest() {
        String text = ARCHITECTURE + "/" + MODEL_SHA256 + "/" + TOKENIZER_SHA256 + "/" + TOKEN_COUNT_MAX + "/mean/unit";
        return Digests.sha256Hex(text);
    }

    private static byte[] read(String name, String sha256) {
        try (InputStream in = TextBackbone.class.getResourceAsStream(name)) {
            if (in == null) {
                throw Problem.broken("BACKBONE_WEIGHTS_MISSING", "file " + name + " is in no jar");
            }
            byte[] bytes = in.readAllBytes();
            String actual = Digests.sha256Hex(bytes);
            if (!actual.equals(sha256)) {
                throw Problem.broken("BACKBONE_WEIGHTS_INVALID",
                        "file " + name + " has SHA-256 " + actual + " (expected: " + sha256 + ")");
            }
            return bytes;
        } catch (IOException e) {
            throw Problem.broken("BACKBONE_WEIGHTS_MISSING", "file " + name + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public BackboneDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public byte[] prepare(SampleContent content) {
        if (!(content instanceof SampleContent.Text text)) {
            throw Backbones.unsupported(ID, content, "text");
        }
        return TextWorker.bytes(tokenizer.tokens(text.text()));
    }

    @Override
    public BackboneWorker openWorker(int batchSizeMax) {
        return new TextWorker(encoder, batchSizeMax);
    }

    @Override
    public void close() {
        encoder.close();
        tokenizer.close();
    }
}
