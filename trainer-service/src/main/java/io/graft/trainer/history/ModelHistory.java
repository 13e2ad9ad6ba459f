package io.graft.trainer.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

import io.graft.event.RecordPlace;
import io.graft.event.Topics;
import io.graft.id.BackboneId;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.model.Promotion;
import io.graft.problem.Problem;
import io.graft.sample.SampleKey;

/**
 * The versions of every task and which of them serves: {@code model-ready} and {@code promotions} turned into memory. Written
 * by the replay's thread, read by any.
 * <p>
 * Of every version only its request and where its record lies are kept, which the record itself can be read by; of the newest
 * ones a summary. Their heads are never held.
 */
public final class ModelHistory {

    private final Topics topics;
    private final int summaryCountMax;
    private final Map<TaskId, TaskModels> tasks = new ConcurrentHashMap<>();

    /** @param summaryCountMax versions of a task that are summarized, the newest ones */
    public ModelHistory(Topics topics, int summaryCountMax) {
        this.topics = topics;
        this.summaryCountMax = summaryCountMax;
    }

    /** Which backbone a version was made by, and when. */
    private record Maker(BackboneReference backbone, Instant at) {
    }

    private static final class TaskModels {
        final Map<ModelVersion, RecordPlace> places = new HashMap<>();
        final TreeMap<ModelVersion, Maker> makers = new TreeMap<>();
        final Map<ModelVersion, Instant> replacedAt = new HashMap<>();
        final Map<TrainRequestId, ModelVersion> byRequest = new HashMap<>();
        final TreeMap<ModelVersion, VersionSummary> summaries = new TreeMap<>();
        int highestNumber;
        @Nullable
        Promotion promotion;

        void countTo(int number) {
            highestNumber = Math.max(highestNumber, number);
        }
    }

    /** Takes a record of either topic. @throws io.graft.problem.Problem INVALID when it is no such event */
    public void apply(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(topics.promotions())) {
            promote(Promotion.parse(value(record)));
        } else if (record.value() == null) {
            remove(ModelKey.parse(Topics.keyText(record.key())));
        } else {
            ModelReady model = ModelReady.parse(value(record));
            if (!ModelKey.parse(Topics.keyText(record.key())).equals(model.key())) {
                throw Problem.invalid("MODEL_KEY_INVALID", "model event of " + model.key() + " has another key");
            }
            add(model, RecordPlace.of(record));
        }
    }

    private static byte[] value(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            throw Problem.invalid("EVENT_EMPTY", "event has no value (expected: JSON)");
        }
        return record.value();
    }

    private void promote(Promotion promotion) {
        TaskModels models = models(promotion.task());
        synchronized (models) {
            Promotion before = models.promotion;
            if (before != null && !before.version().equals(promotion.version())) {
                models.replacedAt.put(before.version(), promotion.at());
            }
            models.promotion = promotion;
            promotion.versions().stream().map(ModelVersion::number).filter(number -> number < ModelVersion.NUMBER_MAX)
                    .forEach(models::countTo);
        }
    }

    private void remove(ModelKey key) {
        TaskModels models = models(key.task());
        synchronized (models) {
            models.places.remove(key.version());
            models.makers.remove(key.version());
            models.byRequest.values().remove(key.version());
            models.summaries.remove(key.version());
        }
    }

    private void add(ModelReady model, RecordPlace place) {
        TaskModels models = models(model.task());
        synchronized (models) {
            models.byRequest.put(model.trainRequestId(), model.version());
            models.countTo(model.version().number());
            if (models.places.putIfAbsent(model.version(), place) == null) {
                models.makers.put(model.version(), new Maker(model.backbone(), model.createdAt()));
                models.summaries.put(model.version(), VersionSummary.of(model));
                if (models.summaries.size() > summaryCountMax) {
                    models.summaries.pollFirstEntry();
                }
            }
        }
    }

    private TaskModels models(TaskId task) {
        return tasks.computeIfAbsent(task, key -> new TaskModels());
    }

    /** Whoever asks for a task does not make it known. */
    private TaskModels known(TaskId task) {
        TaskModels models = tasks.get(task);
        return models == null ? new TaskModels() : models;
    }

    /**
     * The version that the next model of a task gets: one that neither a model has, nor any promotion gives a role, since a
     * promotion outlives its version and would let another one of the same number serve.
     */
    public ModelVersion nextVersion(TaskId task) {
        TaskModels models = known(task);
        synchronized (models) {
            return new ModelVersion(models.highestNumber + 1);
        }
    }

    /** The last promotion. */
    public Optional<Promotion> promotion(TaskId task) {
        TaskModels models = known(task);
        synchronized (models) {
            return Optional.ofNullable(models.promotion);
        }
    }

    /** The version that was promoted last; nothing serves where the task has no version any more. */
    public Optional<ModelVersion> servingVersion(TaskId task) {
        TaskModels models = known(task);
        synchronized (models) {
            return models.places.isEmpty() ? Optional.empty()
                    : Optional.ofNullable(models.promotion).map(Promotion::version);
        }
    }

    /**
     * The backbone that a task is bound to: that of the version that was promoted last, before any was that of its first one.
     */
    public Optional<BackboneId> backbone(TaskId task) {
        TaskModels models = known(task);
        synchronized (models) {
            return Optional.ofNullable(serving(models)).or(() -> Optional.ofNullable(models.makers.firstEntry())
                    .map(Map.Entry::getValue)).map(maker -> maker.backbone.id());
        }
    }

    private static @Nullable Maker serving(TaskModels models) {
        Promotion promoted = models.promotion;
        return promoted == null ? null : models.makers.get(promoted.version());
    }

    /** The backbone of the version that was promoted last. */
    public Optional<BackboneReference> servingBackbone(TaskId task) {
        TaskModels models = known(task);
        synchronized (models) {
            return Optional.ofNullable(serving(models)).map(Maker::backbone);
        }
    }

    /**
     * Since when a task has had no use for a backbone: when its last version was made or ceased to be the promoted one; without
     * any, the last promotion. Absent: it serves, or nothing does.
     */
    public Optional<Instant> idleSince(TaskId task, String backboneSha256) {
        TaskModels models = known(task);
        synchronized (models) {
            Maker serving = serving(models);
            Promotion promoted = models.promotion;
            if (serving == null || promoted == null || serving.backbone.sha256().equals(backboneSha256)) {
                return Optional.empty();
            }
            return Optional.of(models.makers.entrySet().stream()
                    .filter(entry -> entry.getValue().backbone.sha256().equals(backboneSha256))
                    .flatMap(entry -> Stream.of(entry.getValue().at,
                            models.replacedAt.getOrDefault(entry.getKey(), Instant.MIN)))
                    .max(Comparator.naturalOrder()).orElse(promoted.at()));
        }
    }

    /** The version that a request made. */
    public Optional<ModelVersion> findByRequest(TaskId task, TrainRequestId request) {
        TaskModels models = known(task);
        synchronized (models) {
            return Optional.ofNullable(models.byRequest.get(request));
        }
    }

    /** Where the record of a version lies; absent when there is no such version. */
    public Optional<RecordPlace> place(ModelKey key) {
        TaskModels models = known(key.task());
        synchronized (models) {
            return Optional.ofNullable(models.places.get(key.version()));
        }
    }

    /**
     * Which of the newest versions of a task had seen a sample: one that had is always named, one that had not about once in a
     * hundred. A version of a release before sketches is never named.
     */
    public List<ModelVersion> versionsWith(SampleKey sample) {
        return versions(sample.task()).stream().filter(version -> version.mayHaveSeen(sample.sampleId()))
                .map(VersionSummary::version).toList();
    }

    /** The newest versions of a task, the oldest of them first. */
    public List<VersionSummary> versions(TaskId task) {
        TaskModels models = known(task);
        synchronized (models) {
            return new ArrayList<>(models.summaries.values());
        }
    }

    /** The version with the highest number. */
    public Optional<VersionSummary> newest(TaskId task) {
        TaskModels models = known(task);
        synchronized (models) {
            return Optional.ofNullable(models.summaries.lastEntry()).map(Map.Entry::getValue);
        }
    }

    public Collection<TaskId> tasks() {
        return List.copyOf(tasks.keySet());
    }
}
