package io.graft.trainer.embedding;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.graft.feature.Embedding;
import io.graft.sample.SampleKey;

/**
 * Embeddings by what they are made of, of the {@code countMax} sources used last: a relabelled sample need not be embedded
 * again. For one
 * thread.
 */
final class RecentEmbeddings {

    private final LinkedHashMap<Source, List<Embedding>> embeddings;

    /**
     * What embeddings are made of.
     *
     * @param backboneSha256 the backbone's digest
     * @param sampleSha256 the content's digest
     * @param viewed the sample whose views are among them: of equal contents they are others; absent: there are no views
     */
    record Source(String backboneSha256, String sampleSha256, Optional<SampleKey> viewed) {
    }

    RecentEmbeddings(int countMax) {
        embeddings = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Source, List<Embedding>> eldest) {
                return size() > countMax;
            }
        };
    }

    Optional<List<Embedding>> find(Source source) {
        return Optional.ofNullable(embeddings.get(source));
    }

    void add(Source source, List<Embedding> made) {
        embeddings.put(source, made);
    }
}
