package io.graft.inference.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.graft.event.Topics;
import io.graft.event.TransactionalLoop;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.prediction.PredictorInMemory;
import io.graft.inference.serving.TableInMemory;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.sample.SampleContentCodec;
import io.graft.testing.Await;
import io.graft.trace.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class RequestBatchesTest {

    /** Room for four in a pass and four that wait. */
    private static final int MORE_THAN_THERE_IS_ROOM_FOR = 12;
    private static final float POISON = 666;
    private static final Topics TOPICS = new Topics("");
    private static final TryLimits LIMITS = new TryLimits(Duration.ofSeconds(60), 2, 3, 3);

    private final FakeBackbone backbone = new FakeBackbone(3);
    private final TableInMemory models = new TableInMemory(backbone);
    private final PredictorInMemory predictor = new PredictorInMemory(backbone, models.table());
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final StreamMeters meters = new StreamMeters(registry);
    private final RequestBatches batches = batches(LIMITS);
    private final RequestBatches hasty = batches(new TryLimits(Duration.ZERO, 2, 3, 3));

    private RequestBatches batches(TryLimits limits) {
        return new RequestBatches(TOPICS, new RequestTries(
                new PredictionRequests(TOPICS, new SampleContentCodec(1000), predictor.predictor(), Tracing.OFF), limits,
                meters),
                meters, MORE_THAN_THERE_IS_ROOM_FOR);
    }

    @BeforeEach
    void serve() {
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));
    }

    @AfterEach
    void close() {
        batches.close();
        hasty.close();
        predictor.close();
    }

    private static ConsumerRecord<byte[], byte[]> request(int number, float first) {
        return request("birds", number, first);
    }

    private static ConsumerRecord<byte[], byte[]> request(String task, int number, float first) {
        return request(0, task, number, first);
    }

    private static ConsumerRecord<byte[], byte[]> request(int partition, String task, int number, float first) {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(TOPICS.predictionRequests(), partition, number,
                bytes(Integer.toString(number)), bytes("{\"vector\": [" + first + ", 3, 2]}"));
        record.headers().add("task", bytes(task)).add("content-type", bytes("application/json"));
        return record;
    }

    private static List<ConsumerRecord<byte[], byte[]>> requests(int count) {
        return IntStream.range(0, count).mapToObj(number -> request(number, 1)).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String header(ProducerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static List<String> keys(TransactionalLoop.Result result, String topic) {
        return result.records().stream().filter(record -> record.topic().equals(topic))
                .map(record -> new String(record.key(), StandardCharsets.UTF_8)).toList();
    }

    private static List<String> answered(TransactionalLoop.Result result) {
        return keys(result, TOPICS.predictions());
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private double retries(String reason) {
        return registry.get("graft.prediction.request.retries").tag("reason", reason).counter().count();
    }

    private double setbacks(String reason) {
        return registry.get("graft.prediction.request.setbacks").tag("reason", reason).counter().count();
    }

    @Test
    void letsRequestsWaitThatThereIsNoRoomForAndKeepsTheAnswersOfTheOthers() throws Exception {
        // Given
        CountDownLatch gate = backbone.closeGate();
        CompletableFuture<TransactionalLoop.Result> result = CompletableFuture
                .supplyAsync(() -> batches.process(requests(MORE_THAN_THERE_IS_ROOM_FOR)));
        Await.until("some have found no room", () -> retries("busy") >= MORE_THAN_THERE_IS_ROOM_FOR - 8);

        // When
        gate.countDown();

        // Then
        assertThat(answered(result.get())).isEqualTo(numbers(MORE_THAN_THERE_IS_ROOM_FOR));
        assertThat(backbone.batchSizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(MORE_THAN_THERE_IS_ROOM_FOR);
        assertThat(retries("broken")).isZero();
    }

    @Test
    void givesTheBatchBackWhenTheServiceEndsWhileRequestsWait() throws Exception {
        // Given
        CountDownLatch gate = backbone.closeGate();
        CompletableFuture<TransactionalLoop.Result> result = CompletableFuture
                .supplyAsync(() -> batches.process(requests(MORE_THAN_THERE_IS_ROOM_FOR)));
        Await.until("some have found no room", () -> retries("busy") >= MORE_THAN_THERE_IS_ROOM_FOR - 8);

        // When
        batches.end();
        CompletableFuture<Throwable> failure = result.handle((unused, e) -> e.getCause());
        gate.countDown();

        // Then
        assertThat(failure.get()).isInstanceOfSatisfying(Problem.class,
                problem -> assertThat(problem.code()).isEqualTo("PREDICTION_INTERRUPTED"));
    }

    @Test
    void waitsNoLongerForABatchThatWasReadBehindOneThatWentBack() throws Exception {
        // Given
        CountDownLatch gate = backbone.closeGate();
        CompletableFuture<TransactionalLoop.Result> result = CompletableFuture
                .supplyAsync(() -> batches.process(requests(MORE_THAN_THERE_IS_ROOM_FOR)));
        Await.until("some have found no room", () -> retries("busy") >= MORE_THAN_THERE_IS_ROOM_FOR - 8);

        // When
        batches.wentBack(new TimeoutException("no broker"));
        CompletableFuture<Throwable> failure = result.handle((unused, e) -> e.getCause());
        gate.countDown();

        // Then
        assertThat(failure.get()).isInstanceOfSatisfying(Problem.class,
                problem -> assertThat(problem.code()).isEqualTo("PREDICTION_INTERRUPTED"));
        assertThat(answered(batches.process(requests(2)))).isEqualTo(numbers(2));
    }

    @Test
    void givesTheBatchBackWhenRequestsHaveWaitedTooLongForRoom() {
        // Given
        predictor.predictor().refuse();

        // When // Then
        assertThatThrownBy(() -> hasty.process(requests(2))).isInstanceOfSatisfying(Problem.class,
                problem -> assertThat(problem.type()).isEqualTo(ProblemType.BUSY));
    }

    @Test
    void putsARequestAsideWhoseVersionIsNotLoadedInTime() {
        // Given
        models.serveNever("nests");

        // When
        TransactionalLoop.Result result = hasty.process(List.of(request(0, 1), request("nests", 1, 1), request(2, 1)));

        // Then
        assertThat(answered(result)).containsExactly("0", "2");
        ProducerRecord<byte[], byte[]> letter = result.records().get(1);
        assertThat(letter.topic()).isEqualTo("prediction-requests-dead-letter");
        assertThat(header(letter, "dead-letter-code")).isEqualTo("VERSION_LOADING");
        assertThat(header(letter, "dead-letter-reason")).startsWith("version 1 of task 'nests' waits for ")
                .endsWith("; the request has waited for it for 0 s");
    }

    @Test
    void countsNoRowAcrossABatchThatWentBack() {
        // Given
        backbone.failWith(new IllegalStateException("broken"));
        batches.process(requests(LIMITS.brokenRowMax() - 1));
        batches.wentBack(new TimeoutException("no broker"));

        // When
        TransactionalLoop.Result again = batches.process(requests(LIMITS.brokenRowMax() - 1));

        // Then
        assertThat(keys(again, "prediction-requests-dead-letter")).hasSize(LIMITS.brokenRowMax() - 1);
    }

    @Test
    void answersThoseThatOnlyBreakBesideAnother() {
        // Given
        backbone.failPassesWith(POISON);
        List<ConsumerRecord<byte[], byte[]>> batch = List.of(request(0, 1), request(1, POISON), request(2, 1));

        // When
        TransactionalLoop.Result result = batches.process(batch);
        result.committed().run();

        // Then
        assertThat(answered(result)).containsExactly("0", "2");
        assertThat(keys(result, "prediction-requests-dead-letter")).containsExactly("1");
        ProducerRecord<byte[], byte[]> letter = result.records().get(1);
        assertThat(header(letter, "dead-letter-code")).isEqualTo("BACKBONE_FAILED");
        assertThat(header(letter, "dead-letter-reason"))
                .isEqualTo("backbone 'fake' failed on a batch of 1; it was tried alone 3 times");
        assertThat(retries("broken")).isGreaterThanOrEqualTo(LIMITS.brokenTryCountMax());
        assertThat(registry.get("graft.prediction.requests").tag("outcome", "answered").counter().count()).isEqualTo(2);
        assertThat(registry.get("graft.prediction.requests").tag("outcome", "rejected").counter().count()).isEqualTo(1);
    }

    @Test
    void answersAllWhenOnePassHasFailed() {
        // Given
        backbone.failWith(new IllegalStateException("once"), 1);

        // When
        TransactionalLoop.Result result = batches.process(requests(4));

        // Then
        assertThat(answered(result)).isEqualTo(numbers(4));
    }

    @Test
    void endsWhenRequestAfterRequestBreaks() {
        // Given
        backbone.failWith(new IllegalStateException("broken"));
        TransactionalLoop.Result first = batches.process(requests(LIMITS.brokenRowMax() - 1));
        assertThat(keys(first, "prediction-requests-dead-letter")).hasSize(LIMITS.brokenRowMax() - 1);

        // When // Then
        assertThatThrownBy(() -> batches.process(List.of(request(7, 1)))).isInstanceOf(IllegalStateException.class)
                .isNotInstanceOf(Problem.class)
                .hasMessage("3 prediction requests in a row broke, the last one at offset 7 of partition 0: BACKBONE_FAILED, "
                        + "backbone 'fake' failed on a batch of 1; it was tried alone 3 times");
    }

    @Test
    void goesOnWhereAnAnswerLiesBetweenThoseThatBreak() {
        // Given
        backbone.failPassesWith(POISON);
        List<ConsumerRecord<byte[], byte[]>> batch = IntStream.range(0, 8)
                .mapToObj(number -> request(number, number % 3 == 2 ? 1 : POISON)).toList();

        // When
        TransactionalLoop.Result result = batches.process(batch);

        // Then
        assertThat(answered(result)).containsExactly("2", "5");
        assertThat(keys(result, "prediction-requests-dead-letter")).hasSize(6);
    }

    @Test
    void givesTheBatchBackThatFindsNoMemoryUntilItHasWaitedTooOften() {
        // Given
        backbone.failWith(new OutOfMemoryError("none left"));
        for (int i = 0; i < LIMITS.memoryWaitCountMax(); i++) {
            hasty.wentBack(shortage(requests(2)));
        }

        // When
        TransactionalLoop.Result result = hasty.process(requests(2));

        // Then
        assertThat(keys(result, "prediction-requests-dead-letter")).containsExactly("0", "1");
        ProducerRecord<byte[], byte[]> letter = result.records().get(0);
        assertThat(header(letter, "dead-letter-code")).isEqualTo("PREDICTION_MEMORY_SHORT");
        assertThat(header(letter, "dead-letter-reason")).isEqualTo("there was no memory for a forward pass of 1 "
                + "(expected: fewer or smaller inputs at once, or more memory); the request has waited for it 2 times for 0 s");
        assertThat(retries("memory")).isEqualTo(LIMITS.memoryWaitCountMax() + 2);
        assertThat(setbacks("busy")).isEqualTo(LIMITS.memoryWaitCountMax());
    }

    @Test
    void putsARequestAsideThatFindsNoMemoryWhereOthersDo() {
        // Given
        backbone.failPassesWith(POISON, new OutOfMemoryError("none left"));
        List<ConsumerRecord<byte[], byte[]>> batch = List.of(request(0, 1), request(1, POISON), request(2, 1));
        hasty.wentBack(shortage(batch));

        // When
        TransactionalLoop.Result result = hasty.process(batch);
        result.committed().run();

        // Then
        assertThat(answered(result)).containsExactly("0", "2");
        assertThat(keys(result, "prediction-requests-dead-letter")).containsExactly("1");
        assertThat(shortage(batch).code()).isEqualTo("PREDICTION_MEMORY_SHORT");
    }

    @Test
    void countsTheWaitsOfAPartitionWhateverIsAnsweredOfOthers() {
        // Given
        backbone.failPassesWith(POISON, new OutOfMemoryError("none left"));
        List<ConsumerRecord<byte[], byte[]>> starving = List.of(request(0, "birds", 1, POISON));
        for (int i = 0; i < LIMITS.memoryWaitCountMax(); i++) {
            hasty.wentBack(shortage(starving));
            hasty.process(List.of(request(1, "birds", i, 1))).committed().run();
        }

        // When
        TransactionalLoop.Result result = hasty.process(starving);

        // Then
        assertThat(keys(result, "prediction-requests-dead-letter")).containsExactly("1");
    }

    @Test
    void putsNoRequestAsideForTheWaitsOfAnotherPartition() {
        // Given
        backbone.failPassesWith(POISON, new OutOfMemoryError("none left"));
        hasty.wentBack(shortage(List.of(request(0, "birds", 1, POISON))));

        // When
        Problem failure = shortage(List.of(request(1, "birds", 1, 1), request(1, "birds", 2, POISON)));

        // Then
        assertThat(failure.code()).isEqualTo("PREDICTION_MEMORY_SHORT");
    }

    @Test
    void countsNoWaitForMemoryAsATryThatBroke() throws Exception {
        // Given
        backbone.failWith(new OutOfMemoryError("not now"));
        CompletableFuture<TransactionalLoop.Result> result = CompletableFuture.supplyAsync(() -> batches.process(requests(1)));
        Await.until("it is tried again and again", () -> retries("memory") > LIMITS.brokenTryCountMax());

        // When
        backbone.failWith(new IllegalStateException("broken"));

        // Then
        assertThat(header(result.get().records().get(0), "dead-letter-reason")).endsWith("; it was tried alone 3 times");
        assertThat(retries("broken")).isEqualTo(LIMITS.brokenTryCountMax());
    }

    private Problem shortage(List<ConsumerRecord<byte[], byte[]>> batch) {
        return catchThrowableOfType(Problem.class, () -> hasty.process(batch));
    }

    @Test
    void waitsForMemoryAsForRoom() throws Exception {
        // Given
        backbone.failWith(new OutOfMemoryError("not now"));
        CompletableFuture<TransactionalLoop.Result> result = CompletableFuture.supplyAsync(() -> batches.process(requests(3)));
        Await.until("it is tried again and again", () -> retries("memory") > LIMITS.memoryWaitCountMax() + 1);

        // When
        backbone.failWith(null);

        // Then
        assertThat(answered(result.get())).isEqualTo(numbers(3));
    }

    @Test
    void answersARequestThatFindsMemoryAlone() {
        // Given
        backbone.failWith(new OutOfMemoryError("not now"), 2);

        // When
        TransactionalLoop.Result result = batches.process(requests(1));

        // Then
        assertThat(answered(result)).containsExactly("0");
    }

    @Test
    void putsARequestAsideWhoseAnswerItsTopicDoesNotTake() {
        // Given
        TransactionalLoop.Result result = batches.process(requests(2));

        // When
        ProducerRecord<byte[], byte[]> letter = result.instead().apply(result.records().get(1)).orElseThrow();
        result.committed().run();

        // Then
        assertThat(letter.topic()).isEqualTo("prediction-requests-dead-letter");
        assertThat(letter.key()).isEqualTo(bytes("1"));
        assertThat(header(letter, "dead-letter-code")).isEqualTo("PREDICTION_TOO_LARGE");
        assertThat(registry.get("graft.prediction.requests").tag("outcome", "answered").counter().count()).isEqualTo(1);
        assertThat(registry.get("graft.prediction.requests").tag("outcome", "rejected").counter().count()).isEqualTo(1);
        assertThat(result.instead().apply(letter)).isEmpty();
    }

    @Test
    void countsTheBatchesThatAreDoneAgain() {
        // When
        batches.wentBack(Problem.busy("PREDICTION_QUEUE_FULL", "the queue is full"));
        batches.wentBack(new TimeoutException("no broker"));
        batches.wentBack(new TimeoutException("no broker"));

        // Then
        assertThat(setbacks("busy")).isEqualTo(1);
        assertThat(setbacks("broker")).isEqualTo(2);
    }
}
