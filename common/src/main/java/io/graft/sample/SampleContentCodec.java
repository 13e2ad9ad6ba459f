package io.graft.sample;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.event.Json;
import io.graft.problem.Problem;

/**
 * Bytes of a sample or of a REST body to its content, by media type or, where that is absent, by the bytes themselves.
 * <p>
 * Takes {@code image/jpeg}, {@code image/png}, {@code text/plain} and {@code application/json} with exactly one of
 * {@code text}, {@code image} (base64) and {@code vector}, and optionally {@code label} and {@code split}.
 */
public final class SampleContentCodec {

    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain";
    private static final String ANY = "application/octet-stream";

    private final int bytesMax;

    /** A codec that refuses bodies of more than {@code bytesMax} bytes. */
    public SampleContentCodec(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * A content with what its JSON says beside it.
     *
     * @param label absent unless the JSON has one
     * @param split absent unless the JSON has one
     */
    public record Parsed(SampleContent content, Optional<Label> label, Optional<Split> split) {
    }

    /** The JSON form; exactly one of the first three is there. */
    private static final class JsonSample {

        final @Nullable String text;
        final @Nullable String image;
        final float @Nullable [] vector;
        final @Nullable String label;
        final @Nullable String split;

        @JsonCreator
        JsonSample(@JsonProperty("text") @Nullable String text, @JsonProperty("image") @Nullable String image,
                @JsonProperty("vector") float @Nullable [] vector, @JsonProperty("label") @Nullable String label,
                @JsonProperty("split") @Nullable String split) {
            this.text = text;
            this.image = image;
            this.vector = vector;
            this.label = label;
            this.split = split;
        }
    }

    /**
     * Reads a body.
     *
     * @param contentType media type in lower case without parameters; absent: told by the bytes
     * @throws Problem INVALID, naming the field or the type
     */
    public Parsed parse(Optional<String> contentType, byte[] body) {
        if (body.length == 0) {
            throw Problem.invalid("SAMPLE_EMPTY", "sample has no bytes");
        }
        if (body.length > bytesMax) {
            throw Problem.invalid("SAMPLE_TOO_LARGE",
                    "sample has " + body.length + " bytes (expected: at most " + bytesMax + ")");
        }
        String type = contentType.filter(declared -> !declared.equals(ANY)).orElse("");
        if (type.equals(JSON)) {
            return parseJson(body);
        }
        if (type.equals(TEXT)) {
            return plain(text(body));
        }
        if (type.isEmpty() || type.startsWith("image/")) {
            Optional<ImageFormat> format = ImageFormat.sniff(body);
            if (format.isPresent()) {
                return plain(new SampleContent.Image(body, format.get()));
            }
            if (type.isEmpty()) {
                return body[0] == '{' ? parseJson(body) : plain(text(body));
            }
        }
        throw unsupported(type);
    }

    private static Parsed plain(SampleContent content) {
        return new Parsed(content, Optional.empty(), Optional.empty());
    }

    private static Problem unsupported(String type) {
        String quoted = type.length() <= 80 ? type : type.substring(0, 80) + "…";
        return Problem.invalid("SAMPLE_CONTENT_TYPE_UNSUPPORTED", "sample of type '" + quoted
                + "' is none that can be read (expected: bytes of image/jpeg or image/png, text/plain, application/json)");
    }

    private static SampleContent text(byte[] body) {
        try {
            return new SampleContent.Text(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
        } catch (CharacterCodingException e) {
            throw Problem.invalid("SAMPLE_CONTENT_TYPE_UNSUPPORTED", "sample is neither JPEG, PNG, JSON nor UTF-8 text", e);
        }
    }

    private static Parsed parseJson(byte[] body) {
        JsonSample sample = Json.readStrict(body, JsonSample.class, "SAMPLE_JSON_INVALID", "sample");
        int kinds = (sample.text == null ? 0 : 1) + (sample.image == null ? 0 : 1) + (sample.vector == null ? 0 : 1);
        if (kinds != 1) {
            throw Problem.invalid("SAMPLE_JSON_INVALID", "sample has " + kinds
                    + " of the fields text, image and vector (expected: exactly one)");
        }
        return new Parsed(content(sample), Optional.ofNullable(sample.label).map(Label::new),
                Optional.ofNullable(sample.split).map(Split::parse));
    }

    private static SampleContent content(JsonSample sample) {
        if (sample.text != null) {
            return new SampleContent.Text(sample.text);
        }
        if (sample.vector != null) {
            return new SampleContent.Vector(sample.vector);
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(String.valueOf(sample.image));
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("SAMPLE_JSON_INVALID", "sample field 'image' is not base64", e);
        }
        return ImageFormat.sniff(bytes).map(format -> (SampleContent) new SampleContent.Image(bytes, format))
                .orElseThrow(() -> unsupported("base64 image"));
    }
}
