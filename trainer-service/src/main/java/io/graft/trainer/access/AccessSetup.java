package io.graft.trainer.access;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.graft.access.AccessRules;
import io.graft.access.Denials;
import io.graft.access.GuessLimit;
import io.graft.access.RateLimit;

/** Makes what decides about clients, once each. */
@Singleton
final class AccessSetup {

    @Produces
    @Singleton
    AccessRules rules(AccessConfig config, ApiKeysConfig keys) {
        return new AccessRules(config.required(), config.oidc(), keys.toTable());
    }

    @Produces
    @Singleton
    RateLimit rateLimit(AccessConfig config) {
        return new RateLimit(config.requestsPerSecond(), config.burstCount());
    }

    @Produces
    @Singleton
    GuessLimit guessLimit(AccessConfig config) {
        return new GuessLimit(config.wrongKeysPerMinute());
    }

    @Produces
    @Singleton
    Denials denials() {
        return new Denials();
    }
}
