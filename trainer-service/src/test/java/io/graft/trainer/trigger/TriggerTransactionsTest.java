package io.graft.trainer.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.event.TopicReplay;
import io.graft.event.Topics;
import io.graft.model.TrainRequest;
import io.graft.testing.KafkaBroker;
import io.graft.testing.KafkaTopic;
import io.graft.testing.Records;
import io.graft.trainer.history.TrainingPolicies;
import io.graft.trainer.history.TriggerHistory;

/** What a real broker remembers of the requests that policies have sent. */
class TriggerTransactionsTest {

    private static KafkaBroker broker;

    private final MovableClock clock = new MovableClock();
    private final OwnedFeatures features = new OwnedFeatures();

    @BeforeAll
    static void startBroker(@TempDir Path dataDir) {
        broker = KafkaBroker.start(dataDir);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    /** A replica: it reads what was sent into a memory of its own. */
    private final class Replica implements AutoCloseable {

        final TriggerHistory triggers = new TriggerHistory();
        final TrainingPolicies policies = new TrainingPolicies(Map.of(), code -> {
        });
        final TriggerRound round = new TriggerRound(OwnedFeatures.TOPICS.sampleFeatures(), features.table(), features.models(),
                policies, triggers, clock);
        final Admin admin = Admin.create(connection());
        final TopicReplay replay;
        final TriggerTransactions transactions;

        Replica(Topics topics) {
            replay = new TopicReplay("replica", connection(), Set.of(topics.trainingTriggers()), triggers::apply);
            replay.start();
            transactions = new TriggerTransactions(connection(), topics, admin, replay);
            policies.apply(OwnedFeatures.record(topics.trainingPolicies(), 0, 0, "birds",
                    Records.utf8("{\"afterSampleCount\":2}")));
        }

        List<DueRequest> fire() throws InterruptedException {
            return transactions.write(OwnedFeatures.PARTITION, round::due);
        }

        @Override
        public void close() {
            replay.close();
            admin.close();
        }
    }

    @Test
    void doesNotAskAgainAfterARestart() throws Exception {
        // Given
        Topics topics = new Topics("restart-");
        KafkaTopic requests = create(topics);
        features.sendMany("birds", List.of("a", "b"));
        try (Replica first = new Replica(topics)) {
            assertThat(first.fire()).hasSize(1);
            assertThat(first.fire()).isEmpty();
        }

        // When
        try (Replica second = new Replica(topics)) {
            // Then
            assertThat(second.fire()).isEmpty();
            features.sendMany("birds", List.of("c", "d"));
            assertThat(second.fire()).hasSize(1);
        }
        assertThat(ids(requests)).containsExactly("policy:birds:2", "policy:birds:4");
    }

    @Test
    void asksOnceWhereTwoReplicasOwnATask() throws Exception {
        // Given: both see the same samples, and the first has decided
        Topics topics = new Topics("owners-");
        KafkaTopic requests = create(topics);
        features.sendMany("birds", List.of("a", "b"));
        List<DueRequest> ofTheOther = new ArrayList<>();
        AtomicInteger asked = new AtomicInteger();
        try (Replica first = new Replica(topics); Replica second = new Replica(topics)) {
            // When: the second comes in between
            assertThatThrownBy(() -> first.transactions.write(OwnedFeatures.PARTITION, () -> {
                List<DueRequest> due = first.round.due();
                asked.set(due.size());
                fire(second, ofTheOther);
                return due;
            }))
                    // Then
                    .isInstanceOf(KafkaException.class);
            assertThat(asked).hasValue(1);
            assertThat(ofTheOther).hasSize(1);
            assertThat(first.fire()).isEmpty();
        }
        assertThat(ids(requests)).containsExactly("policy:birds:2");
    }

    private static void fire(Replica replica, List<DueRequest> written) {
        try {
            written.addAll(replica.fire());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KafkaTopic create(Topics topics) {
        KafkaTopic.create(broker, topics.trainingTriggers(), 1);
        return KafkaTopic.create(broker, topics.trainRequests(), 2);
    }

    private static List<String> ids(KafkaTopic requests) {
        return requests.awaitCommits().readAll().stream().map(ConsumerRecord::value).map(TrainRequest::parse)
                .map(request -> request.trainRequestId().orElseThrow().value()).toList();
    }

    private static Map<String, Object> connection() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }
}
