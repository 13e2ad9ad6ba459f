package io.graft.sample;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import io.graft.digest.Digests;
import io.graft.event.Envelope;
import io.graft.problem.Problem;

/** Records of {@code labelled-samples}, plain or CloudEvents, to what they say. */
public final class SampleEventCodec {

    private final SampleContentCodec contents;

    public SampleEventCodec(SampleContentCodec contents) {
        this.contents = contents;
    }

    /** Reads a record. @throws Problem INVALID, naming the header or the field */
    public SampleEvent decode(ConsumerRecord<byte[], byte[]> record) {
        SampleKey key = SampleKey.parse(record.key());
        Envelope envelope = Envelope.open(record);
        if (envelope.isTombstone()) {
            return new SampleEvent.Deleted(key, record.timestamp());
        }
        SampleContentCodec.Parsed parsed = contents.parse(envelope.contentType(), envelope.body());
        Label label = agreed("label", envelope.attribute("label").map(Label::new), parsed.label())
                .orElseThrow(() -> Problem.invalid("SAMPLE_LABEL_MISSING",
                        "sample '" + key + "' has no label (expected: header label or ce_label)"));
        Optional<Split> split = agreed("split", envelope.attribute("split").map(Split::parse), parsed.split());
        return new SampleEvent.Labelled(key, record.timestamp(), label, split, parsed.content(), sha256(parsed.content()));
    }

    private static <T> Optional<T> agreed(String name, Optional<T> header, Optional<T> field) {
        if (header.isPresent() && field.isPresent() && !header.equals(field)) {
            throw Problem.invalid("SAMPLE_CONTRADICTORY", "sample has another " + name + " in its header than in its JSON");
        }
        return header.or(() -> field);
    }

    /** Digest of kind and content, 64 hex digits. */
    public static String sha256(SampleContent content) {
        MessageDigest digest = Digests.newSha256();
        digest.update(content.kind().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        if (content instanceof SampleContent.Image image) {
            digest.update(image.bytes());
        } else if (content instanceof SampleContent.Text text) {
            digest.update(text.text().getBytes(StandardCharsets.UTF_8));
        } else if (content instanceof SampleContent.Vector vector) {
            ByteBuffer bytes = ByteBuffer.allocate(vector.values().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(vector.values());
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
