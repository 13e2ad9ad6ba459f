package io.graft.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** How a trainer belongs to its groups, as the broker tells it. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
class GroupMembershipTest {

    @ParameterizedTest
    @ValueSource(strings = { "graft-embedder", "graft-train-requests", "graft-trainer" })
    void keepsItsPlaceThroughARestartAndWhatDoesNotMoveThroughARebalance(String group) {
        try (Admin admin = Admin.create(
                Map.of("bootstrap.servers", Objects.requireNonNull(System.getProperty(TrainerKafka.BOOTSTRAP))))) {
            await().atMost(Await.LIMIT).untilAsserted(() -> {
                // When
                ConsumerGroupDescription description = admin.describeConsumerGroups(List.of(group)).all().get().get(group);

                // Then
                assertThat(description.partitionAssignor()).isEqualTo("cooperative-sticky");
                assertThat(description.members()).extracting(MemberDescription::groupInstanceId)
                        .containsExactly(Optional.of(group + "-test"));
            });
        }
    }
}
