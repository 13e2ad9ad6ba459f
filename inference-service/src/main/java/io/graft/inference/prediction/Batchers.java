package io.graft.inference.prediction;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.tail.Tail;

/** The backbones that compute, each behind its batcher, by digest. One that is not here is the identity: nothing to batch. */
final class Batchers implements AutoCloseable {

    private final ConcurrentMap<String, Batcher> bySha256;

    Batchers(Map<String, Batcher> bySha256) {
        this.bySha256 = new ConcurrentHashMap<>(bySha256);
    }

    /** Whether a backbone is warm. */
    boolean has(Backbone backbone) {
        return bySha256.containsKey(backbone.descriptor().sha256());
    }

    /** Warms a backbone and takes its requests from now on, unless it is here already. */
    void add(Backbone backbone, BackboneLoader.Warming warming) {
        bySha256.computeIfAbsent(backbone.descriptor().sha256(), sha256 -> warming.warm(backbone));
    }

    /** As {@link Batcher#submit}. */
    CompletableFuture<float[]> submit(Backbone backbone, byte[] input, Optional<Tail> tail) {
        Batcher batcher = bySha256.get(backbone.descriptor().sha256());
        if (batcher != null) {
            return batcher.submit(input, tail);
        }
        try (BackboneWorker worker = backbone.openWorker(1)) {
            return CompletableFuture.completedFuture(worker.embed(List.of(input))[0]);
        }
    }

    /** As {@link Batcher#submitMapped}; only of a backbone that has maps. */
    CompletableFuture<MappedFeature> submitMapped(Backbone backbone, byte[] input, Optional<Tail> tail) {
        Batcher batcher = bySha256.get(backbone.descriptor().sha256());
        if (batcher == null) {
            throw new IllegalStateException("backbone '" + backbone.descriptor().id() + "' has no batcher");
        }
        return batcher.submitMapped(input, tail);
    }

    /** As {@link Batcher#refuse}, of all. */
    void refuse() {
        bySha256.values().forEach(Batcher::refuse);
    }

    Optional<Throwable> failure() {
        return bySha256.values().stream().flatMap(batcher -> batcher.failure().stream()).findFirst();
    }

    @Override
    public void close() {
        bySha256.values().forEach(Batcher::close);
    }
}
