package io.graft.benchmark;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import io.graft.event.TopicReplay;
import io.graft.local.LocalStack;
import io.graft.model.Evaluation;
import io.graft.model.ModelReady;
import io.graft.testing.TemporaryFolder;

/**
 * What training the last block brings: the photographs sent and trained over Kafka, validated on those that the set keeps for
 * that, by the head alone and with the block at two learning rates.
 */
final class LastBlock {

    /** A topic takes 1 MiB unless it is told otherwise. */
    private static final int SAMPLE_BYTES_MAX = 1_000_000;
    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final String TASK = "last-block";
    private static final List<Run> RUNS = List.of(new Run("head alone", "{}"), withBlock("0.001"), withBlock("0.0003"));

    private LastBlock() {
    }

    private record Run(String name, String request) {
    }

    private static Run withBlock(String rate) {
        return new Run("last block and head, blockLearningRate " + rate,
                "{\"depth\":\"last-block\",\"blockLearningRate\":" + rate
                        + ",\"recipe\":{\"epochs\":10,\"batchSize\":16},\"promotion\":{\"policy\":\"never\"}}");
    }

    static void measure(Photographs photographs) throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create("graft-benchmark-");
                LocalStack stack = LocalStack.start(folder.path())) {
            stack.inference().kill();
            String broker = stack.broker().bootstrapServers();
            Map<Integer, Evaluation> evaluations = new ConcurrentHashMap<>();
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", broker, "acks", "all"), new ByteArraySerializer(), new ByteArraySerializer());
                    TopicReplay models = new TopicReplay("benchmark-models", Map.of("bootstrap.servers", broker),
                            Set.of("model-ready"), record -> {
                                ModelReady model = ModelReady.parse(record.value());
                                evaluations.put(model.version().number(), model.evaluation());
                            })) {
                models.start();
                send(producer, photographs);
                for (Run run : RUNS) {
                    long begunAtNanos = System.nanoTime();
                    int version = evaluations.size() + 1;
                    producer.send(new ProducerRecord<>("train-requests", utf8(TASK), utf8(run.request))).get();
                    stack.trainer().awaitUntil("done with version " + version, LIMIT, () -> evaluations.containsKey(version));
                    print(run, Objects.requireNonNull(evaluations.get(version)), (System.nanoTime() - begunAtNanos) / 1e9);
                }
            }
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, Photographs photographs)
            throws ExecutionException, InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        int[] counts = new int[2];
        for (int i = 0; i < photographs.photographs().size(); i++) {
            Photographs.Photograph photograph = photographs.photographs().get(i);
            if (photograph.content().bytes().length < SAMPLE_BYTES_MAX) {
                boolean train = i < photographs.trainCount();
                ProducerRecord<byte[], byte[]> sample = new ProducerRecord<>("labelled-samples", utf8(TASK + "/" + i),
                        photograph.content().bytes());
                sample.headers().add("label", utf8(photograph.label())).add("split", utf8(train ? "train" : "validation"));
                sent.add(producer.send(sample));
                counts[train ? 0 : 1]++;
            }
        }
        for (Future<RecordMetadata> each : sent) {
            each.get();
        }
        System.out.printf(Locale.ROOT, "%ndepth 'last-block' over Kafka, %d images to train on, %d to validate%n", counts[0],
                counts[1]);
    }

    private static void print(Run run, Evaluation evaluation, double seconds) {
        System.out.printf(Locale.ROOT, "  %-46s validation loss %.4f, accuracy %.4f, after %.0f s%n", run.name,
                evaluation.loss(), evaluation.accuracy(), seconds);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
