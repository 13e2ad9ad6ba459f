package io.graft.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;

class AccessRulesTest {

    private static final ApiKeyTable NO_KEYS = new ApiKeyTable(List.of());
    private static final ApiKeyTable KEYS = new ApiKeyTable(
            List.of(new ApiKey("app", "0".repeat(64), Set.of(Role.READ))));

    @Test
    void refusesToStandOpenByAccident() {
        // Then
        assertThatThrownBy(() -> new AccessRules(true, false, NO_KEYS)).isInstanceOf(Problem.class)
                .hasMessageStartingWith("access is required and there is no way to get it (expected: API keys")
                .hasMessageEndingWith("graft.access.required=false)");
    }

    @Test
    void refusesKeysThatNobodyAsksFor() {
        // Then
        assertThatThrownBy(() -> new AccessRules(false, false, KEYS)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> new AccessRules(false, true, NO_KEYS)).isInstanceOf(Problem.class);
    }

    @Test
    void asksForWhatItTakes() {
        // Then
        assertThat(new AccessRules(true, false, KEYS).challenge()).isEqualTo("ApiKey realm=\"graft\"");
        assertThat(new AccessRules(true, true, NO_KEYS).challenge()).isEqualTo("Bearer realm=\"graft\"");
        assertThat(new AccessRules(true, true, KEYS).challenge())
                .isEqualTo("Bearer realm=\"graft\", ApiKey realm=\"graft\"");
    }
}
