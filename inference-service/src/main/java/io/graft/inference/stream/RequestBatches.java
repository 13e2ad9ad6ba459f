package io.graft.inference.stream;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.event.DeadLetter;
import io.graft.event.Topics;
import io.graft.event.TransactionalLoop;
import io.graft.event.Transactions;
import io.graft.problem.Problem;

/** Answers the requests of a batch on a few threads at once. */
final class RequestBatches implements TransactionalLoop.Handler, AutoCloseable {

    private final Topics topics;
    private final RequestTries tries;
    private final StreamMeters meters;
    private final ExecutorService threads;
    private final MemoryWaits memoryWaits = new MemoryWaits();
    /** What the handler's thread still has in work is nobody's, and what it counts of it is nobody's row. */
    private volatile boolean beginsAgain;

    RequestBatches(Topics topics, RequestTries tries, StreamMeters meters, int concurrency) {
        this.topics = topics;
        this.tries = tries;
        this.meters = meters;
        this.threads = Executors.newFixedThreadPool(concurrency, task -> {
            Thread thread = new Thread(task, "prediction-requests");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public TransactionalLoop.Result process(List<ConsumerRecord<byte[], byte[]>> batch, Transactions transactions) {
        return process(batch);
    }

    @Override
    public void wentBack(RuntimeException reason) {
        beginsAgain = true;
        tries.wentBack();
        meters.wentBack(reason);
    }

    /**
     * Answers each request, or puts it aside.
     *
     * @throws Problem BUSY when requests have waited too long, and after the end
     * @throws IllegalStateException when too many requests in a row have broken
     */
    TransactionalLoop.Result process(List<ConsumerRecord<byte[], byte[]>> batch) {
        if (beginsAgain) {
            beginsAgain = false;
            tries.beginAgain();
        }
        MemoryWaits.OfBatch waits = memoryWaits.of(batch);
        List<ProducerRecord<byte[], byte[]>> answers = answers(batch, waits);
        IdentityHashMap<ProducerRecord<byte[], byte[]>, ConsumerRecord<byte[], byte[]>> answered = new IdentityHashMap<>();
        for (int i = 0; i < answers.size(); i++) {
            if (isAnswer(answers.get(i))) {
                answered.put(answers.get(i), batch.get(i));
            }
        }
        return new TransactionalLoop.Result(answers,
                () -> {
                    waits.committed();
                    meters.committed(answered.size(), batch.size() - answered.size());
                },
                refused -> Optional.ofNullable(answered.remove(refused)).map(this::tooLarge));
    }

    /** Its headers and its key are the sender's, and go with the answer. */
    private ProducerRecord<byte[], byte[]> tooLarge(ConsumerRecord<byte[], byte[]> request) {
        return DeadLetter.of(request, Problem.invalid("PREDICTION_TOO_LARGE", "topic '" + topics.predictions()
                + "' does not take the answer with the key and the headers of its request (expected: fewer bytes of these, or "
                + "a larger max.message.bytes of the topic)"));
    }

    private boolean isAnswer(ProducerRecord<byte[], byte[]> record) {
        return record.topic().equals(topics.predictions());
    }

    private List<ProducerRecord<byte[], byte[]>> answers(List<ConsumerRecord<byte[], byte[]>> batch,
            MemoryWaits.OfBatch waits) {
        List<Callable<ProducerRecord<byte[], byte[]>>> tasks = new ArrayList<>(batch.size());
        long untilNanos = tries.waitEndNanos();
        AtomicBoolean anyAnswered = new AtomicBoolean();
        batch.forEach(record -> tasks.add(() -> {
            ProducerRecord<byte[], byte[]> answer = tries.besideOthers(record, untilNanos);
            if (isAnswer(answer)) {
                anyAnswered.set(true);
            }
            return answer;
        }));
        List<ProducerRecord<byte[], byte[]>> answers = new ArrayList<>(batch.size());
        List<ConsumerRecord<byte[], byte[]>> starving = new ArrayList<>();
        try {
            List<Future<ProducerRecord<byte[], byte[]>>> begun = threads.invokeAll(tasks);
            for (int i = 0; i < begun.size(); i++) {
                if (isShortOfMemory(begun.get(i))) {
                    starving.add(batch.get(i));
                }
            }
            for (int i = 0; i < begun.size(); i++) {
                ProducerRecord<byte[], byte[]> answer = answer(batch.get(i), begun.get(i), untilNanos, anyAnswered.get(),
                        waits.count(batch.get(i)));
                if (isAnswer(answer)) {
                    anyAnswered.set(true);
                    tries.endRow();
                }
                answers.add(answer);
            }
            return answers;
        } catch (Problem e) {
            if (RequestTries.isShortOfMemory(e)) {
                waits.add(starving);
            }
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy("PREDICTION_INTERRUPTED", "predictions were interrupted (expected: another replica)");
        }
    }

    private ProducerRecord<byte[], byte[]> answer(ConsumerRecord<byte[], byte[]> record,
            Future<ProducerRecord<byte[], byte[]>> begun, long untilNanos, boolean othersAnswered, int waitCount)
            throws InterruptedException {
        try {
            return begun.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Problem problem) {
                return tries.alone(record, problem, untilNanos, othersAnswered, waitCount);
            }
            throw new IllegalStateException("a prediction broke: " + e.getCause(), e);
        }
    }

    private static boolean isShortOfMemory(Future<ProducerRecord<byte[], byte[]>> ended) throws InterruptedException {
        try {
            ended.get();
            return false;
        } catch (ExecutionException e) {
            return e.getCause() instanceof Problem problem && RequestTries.isShortOfMemory(problem);
        }
    }

    /** Whatever waits for room gives up: its batch is another replica's. */
    void end() {
        tries.end();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
