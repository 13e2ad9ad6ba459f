package io.graft.backbone;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.graft.tail.Tail;

/**
 * Tails as the forward pass takes them, in native memory: those that were used last stay as long as they fit. Thread-safe; one
 * that is in use is never freed.
 */
final class PreparedTails implements AutoCloseable {

    /** What may stay; those in use are beside that. */
    private static final long KEPT_BYTES_MAX = 1L << 28;

    private final TorchProgram program;
    private final Preparation preparation;
    private final Map<String, Prepared> bySha256 = new LinkedHashMap<>(16, 0.75f, true);
    private long keptBytes;

    /** Makes the constants of a tail, which a scope owns. */
    interface Preparation {
        TorchValue constants(Tail tail, TorchScope scope);
    }

    PreparedTails(TorchProgram program, Preparation preparation) {
        this.program = program;
        this.preparation = preparation;
    }

    private final class Prepared {

        private final TorchScope scope = program.openScope();
        private final long sizeBytes;
        private int userCount;
        private @Nullable TorchValue constants;

        Prepared(Tail tail) {
            this.sizeBytes = tail.sizeBytes();
        }

        /** Prepares once; others wait. */
        synchronized TorchValue constants(Tail tail) {
            TorchValue known = constants;
            if (known == null) {
                known = preparation.constants(tail, scope);
                constants = known;
            }
            return known;
        }
    }

    /** Does something with the constants of a tail, which stay until it is done. */
    <T> T use(Tail tail, Function<TorchValue, T> work) {
        Prepared prepared = acquire(tail);
        try {
            return work.apply(prepared.constants(tail));
        } finally {
            release(prepared);
        }
    }

    private synchronized Prepared acquire(Tail tail) {
        Prepared prepared = bySha256.computeIfAbsent(tail.sha256(), sha256 -> {
            keptBytes += tail.sizeBytes();
            return new Prepared(tail);
        });
        prepared.userCount++;
        return prepared;
    }

    private synchronized void release(Prepared used) {
        used.userCount--;
        Iterator<Prepared> eldestFirst = bySha256.values().iterator();
        while (keptBytes > KEPT_BYTES_MAX && eldestFirst.hasNext()) {
            Prepared eldest = eldestFirst.next();
            if (eldest.userCount == 0) {
                eldestFirst.remove();
                keptBytes -= eldest.sizeBytes;
                eldest.scope.close();
            }
        }
    }

    @Override
    public synchronized void close() {
        bySha256.values().forEach(prepared -> prepared.scope.close());
        bySha256.clear();
        keptBytes = 0;
    }
}
