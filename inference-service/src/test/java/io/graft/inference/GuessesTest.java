package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

import io.graft.testing.LoopbackCall;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;

/** What an address meets that tries keys or tokens until one is right. Each test calls from addresses of its own. */
@QuarkusTest
@TestProfile(GuardedService.class)
class GuessesTest {

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = GuardedService.PRIVATE_KEY)
    String privateKey;

    @Inject
    @ConfigProperty(name = GuardedService.ISSUER)
    String issuer;

    @Test
    void asksAnAddressThatGuessesKeysForAPauseAndLetsInWhomItKnows() {
        // Given
        assertThat(statusFrom(2, "desk")).isEqualTo(200);
        List<Integer> answers = new ArrayList<>();

        // When
        while (!answers.contains(429)) {
            answers.add(statusFrom(2, "guesser-" + answers.size()));
            assertThat(answers).hasSizeLessThan(1000);
        }

        // Then
        assertThat(answers).containsOnly(401, 429).hasSizeGreaterThan(GuardedService.WRONG_KEYS);
        assertThat(statusFrom(2, "desk")).isEqualTo(200);
        assertThat(statusFrom(3, "guesser")).isEqualTo(401);
    }

    private int statusFrom(int host, String name) {
        return LoopbackCall.status(answerTo(host, "X-API-Key: " + GuardedService.secret(name)));
    }

    private String answerTo(int host, String header) {
        return LoopbackCall.answer(root.getPort(), host, "/v1/tasks", header);
    }

    @Test
    void asksAnAddressThatSendsWrongTokensForAPauseAndLetsInWhomItKnows() {
        // Given
        String wrong = bearer(tokens().forAnother("user-17"));
        assertThat(LoopbackCall.status(answerTo(4, bearer(tokens().of("user-17", "read"))))).isEqualTo(200);
        List<String> answers = new ArrayList<>();

        // When
        while (answers.isEmpty() || LoopbackCall.status(answers.get(answers.size() - 1)) != 429) {
            answers.add(answerTo(4, wrong));
            assertThat(answers).hasSizeLessThan(1000);
        }

        // Then
        assertThat(answers.stream().map(LoopbackCall::status)).containsOnly(401, 429)
                .hasSizeGreaterThan(GuardedService.WRONG_KEYS);
        assertThat(answers.get(answers.size() - 1)).containsIgnoringCase("\r\nRetry-After: ")
                .contains("application/problem+json", "TOO_MANY_REQUESTS")
                .doesNotContainIgnoringCase("WWW-Authenticate");
        assertThat(LoopbackCall.status(answerTo(4, bearer(tokens().of("user-17", "read"))))).isEqualTo(200);
        assertThat(LoopbackCall.status(answerTo(5, wrong))).isEqualTo(401);
    }

    @Test
    void doesNotTellAnAddressThatGuessesThatATokenWasRight() {
        // Given
        String wrong = bearer(tokens().forAnother("user-17"));
        List<Integer> strangers = new ArrayList<>();

        // When
        while (!strangers.contains(429)) {
            answerTo(6, wrong);
            strangers.add(LoopbackCall.status(answerTo(6, bearer(tokens().of("stranger-" + strangers.size(), "read")))));
            assertThat(strangers).hasSizeLessThan(1000);
        }

        // Then
        assertThat(strangers).containsOnly(200, 429);
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    private Tokens tokens() {
        return new Tokens(issuer, privateKey);
    }
}
