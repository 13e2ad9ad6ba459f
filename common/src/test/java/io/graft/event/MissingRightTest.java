package io.graft.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.testing.Certificate;

class MissingRightTest {

    private static final Map<String, Object> TRAINER = Map.of("security.protocol", "SASL_SSL", "transactional.id",
            "graft-trainer-0", "sasl.jaas.config",
            new Password("org.apache.kafka.common.security.scram.ScramLoginModule required username=\"graft-trainer\" "
                    + "password=\"s3cret\";"));

    private static String explained(RuntimeException thrown, Map<String, Object> client, AclOperation onTopics) {
        return String.valueOf(MissingRight.explain(thrown, client, onTopics).getMessage());
    }

    @Test
    void namesUserOperationAndTopicAndNoSecret() {
        // Given
        RuntimeException refusal = new KafkaException("in an error state",
                new TopicAuthorizationException(Set.of("model-ready")));

        // When
        String sentence = explained(refusal, TRAINER, AclOperation.WRITE);

        // Then
        assertThat(sentence).isEqualTo("user 'graft-trainer' may not Write the topic 'model-ready' "
                + "(expected: a right of the broker that lets it)");
        assertThat(explained(MissingRight.explain(refusal, TRAINER, AclOperation.WRITE), Map.of(), AclOperation.READ))
                .isEqualTo(sentence);
    }

    @Test
    void namesGroupsAndTransactionalIds() {
        // Then
        assertThat(explained(GroupAuthorizationException.forGroupId("graft-trainer"), TRAINER, AclOperation.READ))
                .startsWith("user 'graft-trainer' may not Read the group 'graft-trainer' ");
        assertThat(explained(new TransactionalIdAuthorizationException("no"), TRAINER, AclOperation.WRITE))
                .startsWith("user 'graft-trainer' may not Write the transactional id 'graft-trainer-0' ");
    }

    @Test
    void namesTheSubjectOfACertificate(@TempDir Path folder) throws Exception {
        // Given
        Certificate certificate = Certificate.of(folder, "graft-reader");
        RuntimeException refusal = new TopicAuthorizationException(Set.of("promotions"));
        Path both = Files.writeString(folder.resolve("both.pem"),
                Files.readString(certificate.privateKey()) + Files.readString(certificate.pem()));

        // Then
        assertThat(explained(refusal, Map.of("security.protocol", "SSL", "ssl.keystore.type", "PKCS12",
                "ssl.keystore.location", certificate.keyStore().toString(), "ssl.keystore.password",
                certificate.password()), AclOperation.READ))
                .startsWith("user 'CN=graft-reader' may not Read the topic 'promotions' ");
        assertThat(explained(refusal,
                Map.of("security.protocol", "SSL", "ssl.keystore.type", "PEM", "ssl.keystore.location", both.toString()),
                AclOperation.READ)).startsWith("user 'CN=graft-reader' may not ");
        assertThat(explained(refusal, Map.of("security.protocol", "SSL", "ssl.keystore.location", "/none.p12"),
                AclOperation.READ)).startsWith("user 'of /none.p12' may not ");
        assertThat(explained(refusal, Map.of(), AclOperation.READ)).startsWith("user 'ANONYMOUS' may not ");
    }

    @Test
    void leavesWhatIsNoMatterOfRights() {
        // Given
        RuntimeException late = new TimeoutException("late");

        // Then
        assertThat(MissingRight.explain(late, TRAINER, AclOperation.READ)).isSameAs(late);
    }
}
