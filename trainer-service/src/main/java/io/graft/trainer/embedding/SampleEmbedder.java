package io.graft.trainer.embedding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import io.graft.backbone.Backbone;
import io.graft.backbone.Backbones;
import io.graft.backbone.View;
import io.graft.feature.Embedding;
import io.graft.feature.Feature;
import io.graft.id.BackboneId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.sample.SampleContent;
import io.graft.sample.SampleEvent;
import io.graft.sample.SampleEventCodec;
import io.graft.trainer.embedding.EmbeddingOutcome.Deleted;
import io.graft.trainer.embedding.EmbeddingOutcome.Embedded;
import io.graft.trainer.embedding.EmbeddingOutcome.Rejected;
import io.graft.trainer.embedding.RecentEmbeddings.Source;

/**
 * A batch of records to what came of each. Equal contents are embedded once, in a batch and as long as they are remembered;
 * with augmented views, which differ from sample to sample, only those of one sample. An image whose task's backbone cannot be
 * had now gets a feature of the default one, and with it a place among the task's samples: the task's next run embeds what its
 * backbone lacks. For one thread.
 */
final class SampleEmbedder {

    private final SampleEventCodec codec;
    private final Backbones backbones;
    private final BackboneOpening opening;
    private final EmbeddingPool pool;
    private final RecentEmbeddings recent;
    private final Dimensions dimensions;
    private final FeatureMaker maker;
    private final TaskBackbones tasks;

    /** @param tasks says which backbone the images of a task are for */
    SampleEmbedder(SampleEventCodec codec, Backbones backbones, BackboneOpening opening, EmbeddingPool pool,
            RecentEmbeddings recent, Dimensions dimensions, FeatureMaker maker, TaskBackbones tasks) {
        this.codec = codec;
        this.backbones = backbones;
        this.opening = opening;
        this.pool = pool;
        this.recent = recent;
        this.dimensions = dimensions;
        this.maker = maker;
        this.tasks = tasks;
    }

    /** A record that was read: its event and backbone, or why it cannot be used. */
    private sealed interface Read {

        /** How long a vector is, and of which task; absent for whatever else it is. */
        Optional<TaskDimension> dimension();

        /** @param lacked the task's backbone, where another one has to do */
        record Sample(SampleEvent.Labelled event, Backbone backbone, Optional<BackboneId> lacked, List<View> views)
                implements
                    Read {
            Source source() {
                return new Source(backbone.descriptor().sha256(), event.sha256(), views.stream().map(View::sample).findFirst());
            }

            Feature feature(List<Embedding> embeddings) {
                return FeatureMaker.feature(event, backbone.descriptor(), embeddings);
            }

            @Override
            public Optional<TaskDimension> dimension() {
                return event.content() instanceof SampleContent.Vector vector
                        ? Optional.of(new TaskDimension(event.key().task(), vector.values().length))
                        : Optional.empty();
            }
        }

        record Done(EmbeddingOutcome outcome) implements Read {
            @Override
            public Optional<TaskDimension> dimension() {
                return Optional.empty();
            }
        }
    }

    /**
     * Embeds a batch.
     *
     * @return in the order of the records
     * @throws Problem BROKEN when the backbone fails, BUSY when the dimension of a task is not known in time: nothing has been
     *         decided then
     */
    List<EmbeddingOutcome> embed(List<ConsumerRecord<byte[], byte[]>> batch) {
        List<Read> reads = fitting(batch, pool.map(batch, this::read));
        Map<Source, EmbeddingPool.Embedded> fresh = embedFresh(reads);
        List<EmbeddingOutcome> outcomes = new ArrayList<>(batch.size());
        Map<Source, List<Embedding>> used = new HashMap<>();
        for (int i = 0; i < reads.size(); i++) {
            outcomes.add(outcome(batch.get(i), reads.get(i), fresh, used));
        }
        used.forEach(recent::add);
        return outcomes;
    }

    private Read read(ConsumerRecord<byte[], byte[]> record) {
        try {
            SampleEvent event = codec.decode(record);
            if (event instanceof SampleEvent.Labelled labelled) {
                return sample(labelled);
            }
            return new Read.Done(new Deleted((SampleEvent.Deleted) event));
        } catch (Problem e) {
            if (e.type() == ProblemType.INVALID || e.type() == ProblemType.MISSING) {
                return new Read.Done(new Rejected(record, e));
            }
            throw e;
        }
    }

    /** Texts and vectors have one backbone each; images have that of their task, or the default one while it is closed. */
    private Read.Sample sample(SampleEvent.Labelled sample) {
        Optional<BackboneId> ofTask = sample.content() instanceof SampleContent.Image
                ? tasks.of(sample.key().task()).filter(backbones::isForImages)
                : Optional.empty();
        Optional<Backbone> open = ofTask.flatMap(id -> opening.find(sample.key().task(), id));
        return new Read.Sample(sample, open.orElseGet(() -> backbones.forContent(sample.content())),
                open.isPresent() ? Optional.empty() : ofTask, maker.views(sample));
    }

    /** A vector of another length than its task's cannot be used. */
    private List<Read> fitting(List<ConsumerRecord<byte[], byte[]>> batch, List<Read> reads) {
        Map<TaskId, Integer> first = new HashMap<>();
        reads.forEach(read -> read.dimension().ifPresent(found -> first.putIfAbsent(found.task(), found.dimension())));
        if (first.isEmpty()) {
            return reads;
        }
        Map<TaskId, Integer> settled = dimensions.settle(first);
        List<Read> fitting = new ArrayList<>(reads.size());
        for (int i = 0; i < reads.size(); i++) {
            Optional<Problem> misfit = reads.get(i).dimension().flatMap(found -> misfit(found, settled));
            fitting.add(misfit.isPresent() ? new Read.Done(new Rejected(batch.get(i), misfit.get())) : reads.get(i));
        }
        return fitting;
    }

    private static Optional<Problem> misfit(TaskDimension found, Map<TaskId, Integer> settled) {
        int expected = settled.getOrDefault(found.task(), found.dimension());
        return found.dimension() == expected ? Optional.empty()
                : Optional.of(Problem.invalid("SAMPLE_VECTOR_INVALID", "vector has " + found.dimension()
                        + " numbers (expected: " + expected + ", as the first one of task '" + found.task() + "')"));
    }

    private Map<Source, EmbeddingPool.Embedded> embedFresh(List<Read> reads) {
        Map<Source, EmbeddingPool.Job> jobs = new LinkedHashMap<>();
        for (Read read : reads) {
            if (read instanceof Read.Sample sample && recent.find(sample.source()).isEmpty()) {
                jobs.putIfAbsent(sample.source(),
                        new EmbeddingPool.Job(sample.backbone(), sample.event().content(), sample.views()));
            }
        }
        List<EmbeddingPool.Embedded> embedded = pool.embed(List.copyOf(jobs.values()));
        Map<Source, EmbeddingPool.Embedded> fresh = new HashMap<>();
        int next = 0;
        for (Source source : jobs.keySet()) {
            fresh.put(source, embedded.get(next++));
        }
        return fresh;
    }

    private EmbeddingOutcome outcome(ConsumerRecord<byte[], byte[]> record, Read read,
            Map<Source, EmbeddingPool.Embedded> fresh, Map<Source, List<Embedding>> used) {
        if (read instanceof Read.Done done) {
            return done.outcome();
        }
        Read.Sample sample = (Read.Sample) read;
        EmbeddingPool.Embedded embedded = fresh.get(sample.source());
        if (embedded instanceof EmbeddingPool.Embedded.Refused refused) {
            return new Rejected(record, refused.problem());
        }
        if (embedded instanceof EmbeddingPool.Embedded.Done done) {
            boolean reused = used.put(sample.source(), done.embeddings()) != null;
            return new Embedded(sample.feature(done.embeddings()), reused, sample.lacked());
        }
        List<Embedding> remembered = recent.find(sample.source())
                .orElseThrow(() -> new IllegalStateException("a content is neither fresh nor remembered"));
        return new Embedded(sample.feature(remembered), true, sample.lacked());
    }
}
