package io.graft.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;

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
import io.graft.trainer.embedding.EmbeddingPool;

/**
 * Samples to features through a real broker and the trainer's process, against the same bytes in the trainer's pool alone. The
 * samples lie in the topic before the trainer starts; of its work the middle counts, so that neither its start nor its end
 * does.
 */
final class KafkaThroughput {

    /** A topic takes 1 MiB unless it is told otherwise. */
    private static final int SAMPLE_BYTES_MAX = 1_000_000;
    private static final int REPEATS = 8;
    private static final int BATCH_SIZE = 8;
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String GROUP = "graft-embedder";

    private KafkaThroughput() {
    }

    static void measure(Backbone backbone, Photographs photographs) throws Exception {
        List<SampleContent.Image> images = photographs.contents().stream()
                .filter(image -> image.bytes().length < SAMPLE_BYTES_MAX).toList();
        double alone = imagesPerSecond(backbone, images);
        List<byte[]> samples = samples(images);
        Path folder = Files.createTempDirectory("graft-benchmark");
        double through;
        try (LocalStack stack = LocalStack.start(folder, StackPorts.free(), Map.of())) {
            stack.inference().kill();
            stack.trainer().kill();
            send(stack.broker().bootstrapServers(), samples);
            stack.trainer().restart();
            through = embeddedPerSecond(stack, samples.size());
        } finally {
            delete(folder);
        }
        alone = Math.max(alone, imagesPerSecond(backbone, images));
        System.out.printf(Locale.ROOT,
                "%nsamples to features through Kafka (wanted: at least 0.85 ×)%n  %-34s %8.1f images/s%n  %-34s %8.1f images/s%n"
                        + "  ratio %.2f ×%n",
                "the trainer's pool alone", alone, "broker and trainer on the same cores", through, through / alone);
    }

    private static double imagesPerSecond(Backbone backbone, List<SampleContent.Image> images) {
        List<EmbeddingPool.Job> jobs = images.stream()
                .map(content -> new EmbeddingPool.Job(backbone, content, List.of())).toList();
        try (EmbeddingPool pool = new EmbeddingPool(Runtime.getRuntime().availableProcessors(), BATCH_SIZE)) {
            pool.embed(jobs);
            double best = 0;
            for (int round = 0; round < 3; round++) {
                long begunAtNanos = System.nanoTime();
                pool.embed(jobs);
                best = Math.max(best, jobs.size() * 1e9 / (System.nanoTime() - begunAtNanos));
            }
            return best;
        }
    }

    /** The photographs several times over, each with another tail behind its end, since equal bytes are embedded once. */
    private static List<byte[]> samples(List<SampleContent.Image> images) {
        List<byte[]> samples = new ArrayList<>();
        for (byte repeat = 0; repeat < REPEATS; repeat++) {
            for (SampleContent.Image image : images) {
                byte[] sample = Arrays.copyOf(image.bytes(), image.bytes().length + 1);
                sample[sample.length - 1] = repeat;
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

    private static double embeddedPerSecond(LocalStack stack, int count) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.broker().bootstrapServers()))) {
            Mark from = await(stack, admin, count / 4);
            Mark to = await(stack, admin, count * 9 / 10);
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

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
