package io.graft.benchmark;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import io.graft.backbone.Backbone;
import io.graft.local.LocalStack;
import io.graft.local.StackPorts;
import io.graft.sample.SampleContent;
import io.graft.testing.TemporaryFolder;
import io.graft.trainer.embedding.EmbeddingPool;

/**
 * Samples to features through a real broker and the trainer's process, against the same bytes in the trainer's pool alone. Of
 * each round the middle counts, when all samples lie in the topic and none is the last; the first round warms both processes
 * and is not shown. While the pool works alone, broker and trainer are there and idle. Both figures of a round are means over
 * more than a thousand images.
 */
final class KafkaThroughput {

    /** A topic takes 1 MiB unless it is told otherwise. */
    private static final int SAMPLE_BYTES_MAX = 1_000_000;
    private static final int REPEATS = 8;
    private static final int ROUNDS = 3;
    private static final int ALONE_REPEATS = 4;
    private static final int BATCH_SIZE = 8;
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String GROUP = "graft-embedder";

    private KafkaThroughput() {
    }

    static void measure(Backbone backbone, Photographs photographs) throws Exception {
        List<SampleContent.Image> images = photographs.contents().stream()
                .filter(image -> image.bytes().length < SAMPLE_BYTES_MAX).toList();
        try (TemporaryFolder folder = TemporaryFolder.create("graft-benchmark-");
                LocalStack stack = LocalStack.start(folder.path(), StackPorts.free(), Map.of())) {
            stack.inference().kill();
            List<Round> rounds = new ArrayList<>();
            for (int round = 0; round <= ROUNDS; round++) {
                double alone = imagesPerSecond(backbone, images);
                List<byte[]> samples = samples(images, round);
                send(stack.broker().bootstrapServers(), samples);
                rounds.add(new Round(alone, embeddedPerSecond(stack, round * samples.size(), samples.size())));
            }
            print(rounds.subList(1, rounds.size()));
        }
    }

    /** Images per second, both sides one after the other. */
    private record Round(double alone, double through) {

        double ratio() {
            return through / alone;
        }
    }

    private static void print(List<Round> rounds) {
        System.out.printf(Locale.ROOT, "%nsamples to features through Kafka%n  %-38s %s images/s%n  %-38s %s images/s%n"
                + "  %-38s %s   median %.2f ×, wanted: at least 0.85 ×%n",
                "the trainer's pool alone", joined(rounds, "%8.1f", Round::alone),
                "broker and trainer on the same cores", joined(rounds, "%8.1f", Round::through),
                "ratio", joined(rounds, "%6.2f ×", Round::ratio),
                rounds.stream().mapToDouble(Round::ratio).sorted().skip(ROUNDS / 2).findFirst().orElseThrow());
    }

    private static String joined(List<Round> rounds, String format, ToDoubleFunction<Round> figure) {
        return rounds.stream().map(round -> String.format(Locale.ROOT, format, figure.applyAsDouble(round)))
                .collect(Collectors.joining(" "));
    }

    private static double imagesPerSecond(Backbone backbone, List<SampleContent.Image> images) {
        List<EmbeddingPool.Job> jobs = images.stream()
                .map(content -> new EmbeddingPool.Job(backbone, content, List.of())).toList();
        try (EmbeddingPool pool = new EmbeddingPool(Runtime.getRuntime().availableProcessors(), BATCH_SIZE)) {
            pool.embed(jobs);
            long begunAtNanos = System.nanoTime();
            for (int repeat = 0; repeat < ALONE_REPEATS; repeat++) {
                pool.embed(jobs);
            }
            return ALONE_REPEATS * jobs.size() * 1e9 / (System.nanoTime() - begunAtNanos);
        }
    }

    /** The photographs several times over, each with another tail behind its end, since equal bytes are embedded once. */
    private static List<byte[]> samples(List<SampleContent.Image> images, int round) {
        List<byte[]> samples = new ArrayList<>();
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            for (SampleContent.Image image : images) {
                byte[] sample = Arrays.copyOf(image.bytes(), image.bytes().length + 1);
                sample[sample.length - 1] = (byte) (round * REPEATS + repeat);
                samples.add(sample);
            }
        }
        return samples;
    }

    private static void send(String bootstrapServers, List<byte[]> samples) throws ExecutionException, InterruptedException {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "acks", "all"), new ByteArraySerializer(),
                new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < samples.size(); i++) {
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("labelled-samples", ("benchmark/" + i).getBytes(
                        StandardCharsets.UTF_8), samples.get(i));
                record.headers().add("label", new byte[] { 'x' });
                sent.add(producer.send(record));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    private static double embeddedPerSecond(LocalStack stack, int before, int count) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.broker().bootstrapServers()))) {
            Mark from = await(stack, admin, before + count / 4);
            Mark to = await(stack, admin, before + count * 9 / 10);
            await(stack, admin, before + count);
            if (to.count == from.count) {
                throw new IllegalStateException(count + " samples are too few to see their features grow in number");
            }
            return (to.count - from.count) * 1e9 / (to.atNanos - from.atNanos);
        }
    }

    /** When a transaction was seen to bring the count to this. */
    private record Mark(long count, long atNanos) {
    }

    private static Mark await(LocalStack stack, Admin admin, int count) {
        long[] seen = new long[1];
        stack.trainer().awaitUntil("done with embedding " + count + " samples", LIMIT, () -> {
            seen[0] = committedCount(admin);
            return seen[0] >= count;
        });
        return new Mark(seen[0], System.nanoTime());
    }

    /** Samples whose features are committed: cheaper to ask for than the trainer's metrics. */
    private static long committedCount(Admin admin) {
        try {
            return admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get().values().stream()
                    .filter(Objects::nonNull).mapToLong(OffsetAndMetadata::offset).sum();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the offsets of " + GROUP + " cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
