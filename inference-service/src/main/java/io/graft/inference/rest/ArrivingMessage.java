package io.graft.inference.rest;

import java.util.function.Consumer;

import jakarta.ws.rs.core.Response.Status;

import org.jspecify.annotations.Nullable;

import io.graft.problem.Problem;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.http.impl.HttpServerRequestWrapper;
import io.vertx.ext.web.RoutingContext;

/**
 * A gRPC call whose bytes are counted as they come, on its connection's thread. What it takes of the memory it gives back when
 * the call ends, on whichever thread that is.
 */
final class ArrivingMessage extends HttpServerRequestWrapper {

    private static final String KEY = ArrivingMessage.class.getName();

    private final BodyMemory memory;
    private final int bytesMax;
    private volatile Consumer<Problem> refusal = problem -> {
    };
    private long count;
    private boolean ended;

    /** @param bytesMax of all messages of the call together */
    ArrivingMessage(RoutingContext context, BodyMemory memory, int bytesMax) {
        super((HttpServerRequestInternal) context.request());
        this.memory = memory;
        this.bytesMax = bytesMax;
        context().putLocal(KEY, this);
    }

    /** Of a call that came so, as seen behind that. */
    static @Nullable ArrivingMessage of(RoutingContext context) {
        return ((HttpServerRequestInternal) context.request()).context().getLocal(KEY);
    }

    /** @param refusal hears once why nothing further of the call is read */
    void countUntilEnd(RoutingContext context, Consumer<Problem> refusal) {
        this.refusal = refusal;
        int unused = context.addEndHandler(answered -> release());
    }

    @Override
    public HttpServerRequest handler(@Nullable Handler<Buffer> handler) {
        return super.handler(handler == null ? null : chunk -> pass(chunk, handler));
    }

    private void pass(Buffer chunk, Handler<Buffer> handler) {
        try {
            if (!take(chunk)) {
                return;
            }
        } catch (Problem e) {
            release();
            refusal.accept(e);
            return;
        }
        handler.handle(chunk);
    }

    /** @throws Problem that says why the call is not read any further */
    private synchronized boolean take(Buffer chunk) {
        if (ended) {
            return false;
        }
        check(chunk);
        memory.take(chunk.length());
        count += chunk.length();
        return true;
    }

    /** The first byte says whether a message is compressed. */
    private void check(Buffer chunk) {
        if (count == 0 && chunk.length() > 0 && chunk.getByte(0) != 0) {
            throw GrpcDoor.compressed();
        }
        if (count + chunk.length() > bytesMax) {
            throw Problem.invalid(Status.REQUEST_ENTITY_TOO_LARGE.name(),
                    "message is larger than this call takes (expected: at most " + bytesMax + " bytes)");
        }
    }

    private synchronized void release() {
        if (!ended) {
            ended = true;
            memory.give(count);
        }
    }
}
