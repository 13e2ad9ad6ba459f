package io.graft.inference.rest;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A problem as RFC 9457 writes it down.
 *
 * @param title the HTTP status in words
 * @param code for programs, part of the contract
 * @param detail for people
 */
@Schema(name = "Problem", description = "RFC 9457 problem details")
public record ProblemDetail(@Schema(examples = "Not Found") String title, @Schema(examples = "404") int status,
        @Schema(examples = "TASK_UNKNOWN") String code,
        @Schema(examples = "task 'birds' is not known here (expected: a task with a model)") String detail) {

    static final String MEDIA_TYPE = "application/problem+json";
}
