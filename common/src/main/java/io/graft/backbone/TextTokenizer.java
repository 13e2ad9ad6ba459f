package io.graft.backbone;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.graft.problem.Problem;

/**
 * Text to the numbers of its tokens, between those for its beginning and its end. Of a text with more tokens than the network
 * takes, the first ones. Thread-safe.
 */
final class TextTokenizer implements AutoCloseable {

    private final HuggingFaceTokenizer tokenizer;

    private TextTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Starts the native tokenizer.
     *
     * @param json a Hugging Face {@code tokenizer.json}
     * @param tokenCountMax tokens of a text, its beginning and its end included
     * @throws Problem BROKEN {@code BACKBONE_WEIGHTS_INVALID} when it is none
     */
    static TextTokenizer open(byte[] json, int tokenCountMax) {
        EngineProperties.setIfAbsent("ai.djl.offline", "true");
        try {
            return new TextTokenizer(HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json),
                    Map.of("padding", "false", "truncation", "true", "maxLength", Integer.toString(tokenCountMax))));
        } catch (IOException | RuntimeException e) {
            throw Problem.broken("BACKBONE_WEIGHTS_INVALID", "tokenizer cannot be opened: " + e.getMessage(), e);
        }
    }

    int[] tokens(String text) {
        long[] ids = tokenizer.encode(text).getIds();
        int[] tokens = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            tokens[i] = Math.toIntExact(ids[i]);
        }
        return tokens;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
