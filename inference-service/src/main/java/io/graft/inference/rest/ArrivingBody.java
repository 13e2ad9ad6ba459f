package io.graft.inference.rest;

import java.time.Duration;
import java.util.Arrays;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response.Status;

import org.jspecify.annotations.Nullable;

import io.graft.inference.prediction.MemoryShortage;
import io.graft.problem.Problem;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/**
 * The body of a call as it comes, on its connection's thread: no other thread waits for it. A named length makes the array at
 * once where it is short; a long one is believed as its bytes come.
 */
final class ArrivingBody {

    /** As long as most photographs are; as many calls as may be in work make 64 MiB of it. */
    private static final int BELIEVED_BYTES_MAX = 256 << 10;

    private final RoutingContext context;
    private final HttpServerRequest request;
    private final BodyMemory memory;
    private final long bytesMax;
    private final UniEmitter<? super ArrivedBody> arrival;
    private final long lengthNamed;
    private byte[] bytes;
    private int count;
    private @Nullable RuntimeException refusal;

    /** @param bytesMax of one body */
    ArrivingBody(RoutingContext context, BodyMemory memory, long bytesMax, UniEmitter<? super ArrivedBody> arrival) {
        this.context = context;
        this.request = context.request();
        this.memory = memory;
        this.bytesMax = bytesMax;
        this.arrival = arrival;
        this.lengthNamed = lengthNamed(request);
        this.bytes = new byte[(int) Math.min(lengthNamed, BELIEVED_BYTES_MAX)];
    }

    /** The server has refused what is no length, and one that is over its limit. */
    private static long lengthNamed(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    /** @param limit in which the last byte has to be there */
    void receive(Duration limit) {
        int unused = context.addEndHandler(ended -> memory.give(count));
        if (request.isEnded()) {
            arrival.complete(new ArrivedBody(bytes, count));
            return;
        }
        long timer = context.vertx().setTimer(limit.toMillis(), fired -> late(limit));
        request.exceptionHandler(failure -> {
            context.vertx().cancelTimer(timer);
            arrival.fail(Problem.invalid("BODY_UNREADABLE", "body ended before its end: " + failure.getMessage(), failure));
        });
        request.handler(this::add);
        request.endHandler(ended -> {
            context.vertx().cancelTimer(timer);
            end();
        });
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            context.response().writeContinue();
        }
        request.resume();
    }

    /** What is refused is read to its end: an answer before that may get lost. */
    private void add(Buffer chunk) {
        if (refusal != null) {
            return;
        }
        int length = chunk.length();
        if ((long) count + length > bytesMax) {
            refusal = new WebApplicationException(Status.REQUEST_ENTITY_TOO_LARGE);
            closeBehindAnswer();
            arrival.fail(refusal);
        } else if (!memory.take(length)) {
            refuse(memory.full());
        } else {
            append(chunk, length);
        }
    }

    private void append(Buffer chunk, int length) {
        try {
            if (count + length > bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) grown((long) count + length));
            }
            chunk.getBytes(bytes, count);
            count += length;
        } catch (OutOfMemoryError e) {
            memory.give(length);
            refuse(MemoryShortage.during("a body"));
        }
    }

    /** Twice as long as it was, and no longer than its sender says. */
    private long grown(long needed) {
        long doubled = Math.max(needed, Math.min(2L * bytes.length, bytesMax));
        return lengthNamed >= needed ? Math.min(doubled, lengthNamed) : doubled;
    }

    private void refuse(Problem problem) {
        refusal = problem;
        memory.give(count);
        count = 0;
        bytes = new byte[0];
    }

    private void end() {
        if (refusal == null) {
            arrival.complete(new ArrivedBody(bytes, count));
        } else {
            arrival.fail(refusal);
        }
    }

    private void late(Duration limit) {
        refuse(Problem.invalid("BODY_LATE", "body has not arrived within " + limit.toMillis() + " ms, of which "
                + count + " bytes have (expected: all of it, over a faster connection)"));
        closeBehindAnswer();
        end();
    }

    /** Nobody reads what is still to come; over HTTP/2 that belongs to this call alone. */
    private void closeBehindAnswer() {
        if (request.version() != HttpVersion.HTTP_2) {
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
            int unused = context.addEndHandler(ended -> request.connection().close());
        }
    }
}
