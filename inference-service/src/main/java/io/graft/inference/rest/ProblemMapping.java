package io.graft.inference.rest;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.UriInfo;

import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.inference.openinference.InferError;
import io.graft.inference.prediction.MemoryShortage;
import io.graft.problem.Problem;

/**
 * Whatever goes wrong behind a path becomes {@code application/problem+json}, or what the Open Inference Protocol has for it,
 * and nothing of the inside gets out.
 */
final class ProblemMapping {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemMapping.class);
    private static final String RETRY_AFTER_SECONDS = "1";
    private static final String OPEN_INFERENCE = "/v2";

    /** Invalid in a way for which HTTP has a status of its own. */
    private static final Map<String, Status> STATUS_BY_CODE = Map.of(
            "SAMPLE_CONTENT_TYPE_UNSUPPORTED", Status.UNSUPPORTED_MEDIA_TYPE,
            "SAMPLE_TOO_LARGE", Status.REQUEST_ENTITY_TOO_LARGE,
            "BODY_LATE", Status.REQUEST_TIMEOUT,
            "EXPLANATION_MISSING", Status.NOT_ACCEPTABLE);

    @ServerExceptionMapper
    Response problem(Problem problem, UriInfo uri) {
        Status status = status(problem);
        if (status == Status.INTERNAL_SERVER_ERROR) {
            LOG.error("Request failed code={}", problem.code(), problem);
        }
        ResponseBuilder response = response(uri, status, problem.code(), problem.sentence());
        if (status == Status.SERVICE_UNAVAILABLE) {
            response.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return response.build();
    }

    static Status status(Problem problem) {
        return switch (problem.type()) {
            case INVALID -> STATUS_BY_CODE.getOrDefault(problem.code(), Status.BAD_REQUEST);
            case MISSING -> Status.NOT_FOUND;
            case BUSY -> Status.SERVICE_UNAVAILABLE;
            case BROKEN -> Status.INTERNAL_SERVER_ERROR;
        };
    }

    @ServerExceptionMapper
    Response refused(WebApplicationException refusal, UriInfo uri) {
        Response answer = refusal.getResponse();
        Status status = Status.fromStatusCode(answer.getStatus());
        if (status == null || status.getStatusCode() >= 500) {
            return failed(refusal, uri);
        }
        ResponseBuilder response = response(uri, status);
        String allow = answer.getHeaderString(HttpHeaders.ALLOW);
        if (allow != null) {
            response.header(HttpHeaders.ALLOW, allow);
        }
        return response.build();
    }

    /** A form without its end, or one that its sender has left in the middle. */
    @ServerExceptionMapper
    Response unreadable(IOException failure, UriInfo uri) {
        return problem(Problem.invalid("BODY_UNREADABLE", "body ended before its end: " + failure.getMessage(), failure), uri);
    }

    /** Wherever it happens, it is this request's failure. */
    @ServerExceptionMapper
    Response starved(OutOfMemoryError shortage, UriInfo uri) {
        LOG.error("No memory for a request", shortage);
        return problem(MemoryShortage.during("this request"), uri);
    }

    @ServerExceptionMapper
    Response failed(Throwable failure, UriInfo uri) {
        LOG.error("Request failed code=INTERNAL_SERVER_ERROR", failure);
        return response(uri, Status.INTERNAL_SERVER_ERROR, Status.INTERNAL_SERVER_ERROR.name(),
                "the service failed on this request (its log says why)").build();
    }

    static ResponseBuilder response(UriInfo uri, Status status) {
        return response(uri, status, status.name(), sentence(status));
    }

    private static ResponseBuilder response(UriInfo uri, Status status, String code, String sentence) {
        Body body = body(uri.getPath(), status, code, sentence);
        return Response.status(status).type(body.mediaType).entity(body.entity);
    }

    /** What goes out, and its type. */
    record Body(String mediaType, Object entity) {
    }

    /** What an error looks like behind a path: each protocol has its own form. */
    static Body body(String path, Status status) {
        return body(path, status, status.name(), sentence(status));
    }

    static Body body(String path, Status status, String code, String sentence) {
        return path.startsWith(OPEN_INFERENCE)
                ? new Body(MediaType.APPLICATION_JSON, new InferError(sentence, code))
                : new Body(ProblemDetail.MEDIA_TYPE,
                        new ProblemDetail(status.getReasonPhrase(), status.getStatusCode(), code, sentence));
    }

    private static String sentence(Status status) {
        return switch (status) {
            case UNAUTHORIZED ->
                "nobody is known by what this call brought (expected: a valid API key or token, as the header WWW-Authenticate says)";
            case FORBIDDEN -> "this client lacks the role of this call (expected: the one that the contract names)";
            case TOO_MANY_REQUESTS -> "this client calls too often (expected: a pause, as the header Retry-After says)";
            case NOT_FOUND -> "no such path (expected: one of /q/openapi)";
            case METHOD_NOT_ALLOWED -> "this path does not take this method (expected: one of the header Allow)";
            case NOT_ACCEPTABLE -> "the answer has none of the types of the header Accept (expected: application/json)";
            case REQUEST_ENTITY_TOO_LARGE -> "the body is larger than this service takes";
            case UNSUPPORTED_MEDIA_TYPE -> "the body's type is not one of this path (expected: one of /q/openapi)";
            default -> "the request is not valid: " + status.getReasonPhrase().toLowerCase(Locale.ROOT);
        };
    }
}
