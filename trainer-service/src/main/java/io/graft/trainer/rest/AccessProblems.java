package io.graft.trainer.rest;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;

import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

import io.graft.access.AccessRules;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;

/** A call without a client that is known, or by one that lacks its role, is a problem like the others. */
final class AccessProblems {

    private final AccessRules rules;

    AccessProblems(AccessRules rules) {
        this.rules = rules;
    }

    @ServerExceptionMapper
    Response unauthorized(UnauthorizedException refusal) {
        return ProblemMapping.response(Status.UNAUTHORIZED).header(HttpHeaders.WWW_AUTHENTICATE, rules.challenge()).build();
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException refusal) {
        return ProblemMapping.response(Status.FORBIDDEN).build();
    }
}
