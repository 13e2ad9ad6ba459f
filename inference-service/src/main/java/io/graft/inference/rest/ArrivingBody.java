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
import io.vertx.ext.web.RoutingContext;

/**
 * The body of a call as it comes, on its connection's thread: no other thread waits for it. What it takes of the memory it
 * gives back when the call ends, on whichever thread that is.
 */
final class ArrivingBody {

    /** As long as most photographs are: a named length up to this is believed once the first bytes are there. */
    private static final int BELIEVED_BYTES_MAX = 256 << 10;
    private static final long NO_TIMER = -1;

    private final RoutingContext context;
    private final HttpServerRequest request;
    private final BodyMemory memory;
    private final int bytesMax;
    private final UniEmitter<? super ArrivedBody> arrival;
    private final long lengthNamed;
    private byte[] bytes = new byte[0];
    private int count;
    private @Nullable RuntimeException refusal;
    private long timer = NO_TIMER;
    private @Nullable ArrivedBody whole;
    private boolean ended;

    /** @param bytesMax of one body */
    ArrivingBody(RoutingContext context, BodyMemory memory, int bytesMax, UniEmitter<? super ArrivedBody> arrival) {
        this.context = context;
        this.request = context.request();
        this.memory = memory;
        this.bytesMax = bytesMax;
        this.arrival = arrival;
        this.lengthNamed = lengthNamed(request);
    }

    /** The server has refused what is no length, and one that is over its limit. */
    private static long lengthNamed(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    /** @param limit in which the last byte has to be there */
    synchronized void receive(Duration limit) {
        if (context.response().closed() || context.response().ended()) {
            arrival.fail(unreadable("its client has gone", null));
            return;
        }
        int unused = context.addEndHandler(answered -> release());
        if (request.isEnded()) {
            end(null);
            return;
        }
        timer = context.vertx().setTimer(limit.toMillis(), fired -> late(limit));
        request.exceptionHandler(failure -> end(unreadable(String.valueOf(failure.getMessage()), failure)));
        request.handler(this::add);
        request.endHandler(arrived -> end(null));
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            context.response().writeContinue();
        }
        request.resume();
    }

    private static Problem unreadable(String why, @Nullable Throwable cause) {
        String sentence = "body ended before its end: " + why;
        return cause == null ? Problem.invalid("BODY_UNREADABLE", sentence)
                : Problem.invalid("BODY_UNREADABLE", sentence, cause);
    }

    /** One that there is no room for is read to its end all the same: an answer before that may get lost. */
    private synchronized void add(Buffer chunk) {
        if (ended || refusal != null) {
            return;
        }
        if (chunk.length() > bytesMax - count) {
            RouteRefusal.closeBehindAnswer(context);
            end(new WebApplicationException(Status.REQUEST_ENTITY_TOO_LARGE));
            return;
        }
        try {
            makeRoom(count + chunk.length());
            chunk.getBytes(bytes, count);
            count += chunk.length();
        } catch (Problem e) {
            drop();
            refusal = e;
        }
    }

    /** Twice as long as it was, and no longer than its sender says. @throws Problem BUSY */
    private void makeRoom(int needed) {
        if (needed <= bytes.length) {
            return;
        }
        long wanted = Math.max(needed, Math.min(bytesMax, Math.max(BELIEVED_BYTES_MAX, 2L * bytes.length)));
        int length = (int) (lengthNamed >= needed ? Math.min(wanted, lengthNamed) : wanted);
        memory.take(length - bytes.length);
        try {
            bytes = Arrays.copyOf(bytes, length);
        } catch (OutOfMemoryError e) {
            memory.give(length - bytes.length);
            throw MemoryShortage.during("a body");
        }
    }

    private void drop() {
        memory.give(bytes.length);
        bytes = new byte[0];
    }

    private synchronized void late(Duration limit) {
        if (!ended) {
            RouteRefusal.closeBehindAnswer(context);
            end(Problem.invalid("BODY_LATE", "body has not arrived within " + limit.toMillis() + " ms, of which " + count
                    + " bytes have (expected: all of it, over a faster connection)"));
        }
    }

    /** @param failure absent: the body is whole; what was refused before stays refused for that */
    private synchronized void end(@Nullable RuntimeException failure) {
        if (ended) {
            return;
        }
        ended = true;
        context.vertx().cancelTimer(timer);
        if (refusal != null) {
            arrival.fail(refusal);
        } else if (failure != null) {
            drop();
            arrival.fail(failure);
        } else {
            complete();
        }
    }

    private void complete() {
        try {
            trim();
        } catch (OutOfMemoryError e) {
            drop();
            arrival.fail(MemoryShortage.during("a body"));
            return;
        }
        whole = new ArrivedBody(bytes);
        arrival.complete(whole);
    }

    private void trim() {
        if (bytes.length > count) {
            byte[] trimmed = Arrays.copyOf(bytes, count);
            memory.give(bytes.length - count);
            bytes = trimmed;
        }
    }

    private synchronized void release() {
        if (!ended) {
            end(unreadable("its call has ended", null));
        }
        drop();
        if (whole != null) {
            whole.drop();
        }
    }
}
