package io.graft.inference.feedback;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

import io.graft.digest.Digests;
import io.graft.event.Json;
import io.graft.id.SampleId;
import io.graft.sample.SampleContent;

/** A content that a record of {@code labelled-samples} can carry; it is kept as it came, and written when it is asked for. */
final class SamplePayload {

    private final SampleContent content;

    private SamplePayload(SampleContent content) {
        this.content = content;
    }

    /** Empty for what no sample can be: pixels that came without a file around them. */
    static Optional<SamplePayload> of(SampleContent content) {
        return content instanceof SampleContent.Raster ? Optional.empty() : Optional.of(new SamplePayload(content));
    }

    /** What it holds in memory, about. */
    long sizeBytes() {
        if (content instanceof SampleContent.Image image) {
            return image.bytes().length;
        }
        if (content instanceof SampleContent.Vector vector) {
            return (long) Float.BYTES * vector.values().length;
        }
        return (long) Character.BYTES * ((SampleContent.Text) content).text().length();
    }

    byte[] bytes() {
        if (content instanceof SampleContent.Image image) {
            return image.bytes();
        }
        if (content instanceof SampleContent.Vector vector) {
            return Json.write(Map.of("vector", vector.values()));
        }
        return ((SampleContent.Text) content).text().getBytes(StandardCharsets.UTF_8);
    }

    String contentType() {
        if (content instanceof SampleContent.Image image) {
            return image.format().contentType();
        }
        return content instanceof SampleContent.Vector ? "application/json" : "text/plain";
    }

    /** The same content has the same id, so that it is one sample however often it was predicted. */
    SampleId sampleId() {
        return new SampleId("feedback-" + Digests.sha256Hex(bytes()));
    }
}
