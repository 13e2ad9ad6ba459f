package io.graft.trainer.access;

import java.security.Principal;
import java.util.Optional;

import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;

/** Who calls, as far as it is known. */
final class Caller {

    private Caller() {
    }

    /** The name of the key, or of the token's owner; empty: nobody is known, or the token names nobody. */
    static Optional<String> name(RoutingContext context) {
        return context.user() instanceof QuarkusHttpUser user && !user.getSecurityIdentity().isAnonymous()
                ? Optional.of(user.getSecurityIdentity().getPrincipal()).map(Principal::getName)
                : Optional.empty();
    }

    static String address(RoutingContext context) {
        SocketAddress address = context.request().remoteAddress();
        return address == null ? "unknown" : address.hostAddress();
    }
}
