package io.graft.sample;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

/** The key of {@code labelled-samples} and {@code sample-features}: {@code task/sampleId}. */
public record SampleKey(TaskId task, SampleId sampleId) {

    /** Reads a record's key. @throws Problem INVALID when it is absent, not UTF-8 or not of that form */
    public static SampleKey parse(byte @Nullable [] key) {
        if (key == null || key.length == 0) {
            throw Problem.invalid("SAMPLE_KEY_MISSING", "sample has no key (expected: task/sampleId)");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
        } catch (CharacterCodingException e) {
            throw Problem.invalid("SAMPLE_KEY_INVALID", "sample key is not UTF-8 (expected: task/sampleId)", e);
        }
        int slash = text.indexOf('/');
        if (slash < 0) {
            String quoted = text.length() <= 80 ? text : text.substring(0, 80) + "…";
            throw Problem.invalid("SAMPLE_KEY_INVALID", "sample key '" + quoted + "' has no '/' (expected: task/sampleId)");
        }
        return new SampleKey(new TaskId(text.substring(0, slash)), new SampleId(text.substring(slash + 1)));
    }

    public byte[] toBytes() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return task + "/" + sampleId;
    }
}
