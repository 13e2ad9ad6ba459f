package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.testing.DocumentedAccess;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;

/** The OpenAPI document says of access what the service does, at every call. */
@QuarkusTest
@TestProfile(GuardedService.class)
class AccessDocumentTest {

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    private static Optional<String> key(String client) {
        return Optional.of(GuardedService.secret(client));
    }

    @Test
    void namesEveryRefusalAndNoOther() {
        // Given
        DocumentedAccess access = new DocumentedAccess(root, GuardedService.secret("desk"));

        // Then
        assertThat(access.differences(401, List.of(Optional.empty()))).isEmpty();
        assertThat(access.differences(403, List.of(key("reader"), key("asker")))).isEmpty();
        assertThat(access.differences(429, List.of(key("hasty")))).isEmpty();
    }

    @Test
    void saysHowAClientIsKnown() {
        // When
        JsonNode document = new DocumentedAccess(root, GuardedService.secret("desk")).document();

        // Then
        JsonNode schemes = document.at("/components/securitySchemes");
        assertThat(schemes.at("/apiKey/name").asText()).isEqualTo("X-API-Key");
        assertThat(schemes.at("/token/scheme").asText()).isEqualTo("bearer");
        assertThat(document.at("/paths/~1v1~1tasks/get/security").toString())
                .isEqualTo("[{\"apiKey\":[]},{\"token\":[]}]");
        assertThat(document.at("/paths/~1v2~1health~1live/get/security").isMissingNode()).isTrue();
        assertThat(document.at("/paths/~1v2/get/responses/401/content/application~1json/schema/$ref").asText())
                .isEqualTo("#/components/schemas/InferError");
        assertThat(document.at("/components/schemas/InferError").isObject()).isTrue();
        assertThat(document.at("/paths/~1v1~1tasks/get/responses/429/content/application~1problem+json/schema/$ref").asText())
                .isEqualTo("#/components/schemas/Problem");
        assertThat(document.at("/components/schemas/Problem").isObject()).isTrue();
    }
}
