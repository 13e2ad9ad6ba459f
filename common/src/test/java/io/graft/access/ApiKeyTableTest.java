package io.graft.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.digest.Digests;
import io.graft.problem.Problem;

class ApiKeyTableTest {

    private static final Set<String> READ = Set.of(Role.READ);

    private static String digest(String secret) {
        return Digests.sha256Hex(secret);
    }

    @Test
    void findsTheClientOfAKeyAndNobodyElse() {
        // Given
        ApiKey app = new ApiKey("app", digest("one"), Set.of(Role.PREDICT, Role.FEEDBACK));
        ApiKeyTable table = new ApiKeyTable(List.of(app, new ApiKey("desk", digest("two").toUpperCase(Locale.ROOT), READ)));

        // Then
        assertThat(table.find("one")).contains(app);
        assertThat(table.find("two")).map(ApiKey::name).contains("desk");
        assertThat(table.find("three")).isEmpty();
        assertThat(table.find("")).isEmpty();
        assertThat(table.find(digest("one"))).isEmpty();
    }

    @Test
    void refusesOneKeyForTwoClients() {
        // Given
        List<ApiKey> keys = List.of(new ApiKey("a", digest("one"), READ), new ApiKey("b", digest("one"), READ));

        // Then
        assertThatThrownBy(() -> new ApiKeyTable(keys)).isInstanceOf(Problem.class)
                .hasMessage("API key 'b' is that of another client too (expected: a key for each)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "a b | read | API key 'a b' has a name that does not match [A-Za-z0-9][A-Za-z0-9._-]{0,62}",
            "app | write | API key 'app' has the roles [write] (expected: some of [feedback, predict, promote, read, train])" })
    void refusesWhatIsNoKey(String name, String role, String sentence) {
        // Then
        assertThatThrownBy(() -> new ApiKey(name, digest("one"), Set.of(role))).isInstanceOf(Problem.class)
                .hasMessage(sentence);
    }

    @Test
    void refusesTheKeyItselfInPlaceOfItsDigestWithoutRepeatingIt() {
        // Then
        assertThatThrownBy(() -> new ApiKey("app", "a-secret", READ)).isInstanceOf(Problem.class)
                .hasMessage("API key 'app' has a sha256 of 8 characters (expected: 64 hex digits)");
    }
}
