package io.graft.trainer.embedding;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import io.graft.feature.Embedding;

/**
 * Embeddings by what they are made of, the {@code countMax} used last: a relabelled sample need not be embedded again. For one
 * thread.
 */
final class RecentEmbeddings {

    private final LinkedHashMap<Source, Embedding> embeddings;

    /** What an embedding is made of: the backbone's digest and the content's. */
    record Source(String backboneSha256, String sampleSha256) {
    }

    RecentEmbeddings(int countMax) {
        embeddings = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Source, Embedding> eldest) {
                return size() > countMax;
            }
        };
    }

    Optional<Embedding> find(Source source) {
        return Optional.ofNullable(embeddings.get(source));
    }

    void add(Source source, Embedding embedding) {
        embeddings.put(source, embedding);
    }
}
