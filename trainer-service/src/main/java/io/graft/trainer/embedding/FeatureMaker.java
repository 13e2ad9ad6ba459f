package io.graft.trainer.embedding;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.View;
import io.graft.feature.Embedding;
import io.graft.feature.Feature;
import io.graft.sample.SampleContent;
import io.graft.sample.SampleEvent;
import io.graft.sample.Split;

/**
 * Labelled samples to their features, whoever asks: the embedder when they arrive, a run that needs them of another backbone.
 * Thread-safe.
 */
public final class FeatureMaker {

    private final EmbeddingPool pool;
    private final int viewCount;

    /** @param viewCount augmented views of each image that may be trained on */
    FeatureMaker(EmbeddingPool pool, int viewCount) {
        this.pool = pool;
        this.viewCount = viewCount;
    }

    /**
     * Embeds; returns when all are done.
     *
     * @return in the order of the samples; absent for one that the backbone cannot embed
     * @throws io.graft.problem.Problem BROKEN when the backbone fails
     */
    public List<Optional<Feature>> make(Backbone backbone, List<SampleEvent.Labelled> samples) {
        List<EmbeddingPool.Embedded> embedded = pool
                .embed(samples.stream().map(sample -> new EmbeddingPool.Job(backbone, sample.content(), views(sample)))
                        .toList());
        List<Optional<Feature>> features = new ArrayList<>(samples.size());
        for (int i = 0; i < samples.size(); i++) {
            features.add(embedded.get(i) instanceof EmbeddingPool.Embedded.Done done
                    ? Optional.of(feature(samples.get(i), backbone.descriptor(), done.embeddings()))
                    : Optional.empty());
        }
        return features;
    }

    /** None of a sample that will never be trained on. Which side the others are on is known when a run asks for them. */
    List<View> views(SampleEvent.Labelled event) {
        boolean viewed = event.content() instanceof SampleContent.Image
                && !event.split().equals(Optional.of(Split.VALIDATION));
        return IntStream.rangeClosed(1, viewed ? viewCount : 0).mapToObj(number -> new View(event.key(), number)).toList();
    }

    /** @param embeddings the content's own, then those of its views */
    static Feature feature(SampleEvent.Labelled event, BackboneDescriptor backbone, List<Embedding> embeddings) {
        return new Feature(event.key(), event.timestampMs(), event.label(), event.split(), event.sha256(), backbone.id(),
                backbone.sha256(), backbone.precision(), embeddings.get(0), embeddings.subList(1, embeddings.size()));
    }
}
