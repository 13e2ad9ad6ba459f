package io.graft.trainer.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.Promotion;
import io.graft.problem.Problem;

/**
 * The versions of every task and which of them serves: {@code model-ready} and {@code promotions} turned into memory. Written
 * by the replay's thread, read by any.
 */
public final class ModelHistory {

    private final Topics topics;
    private final Map<TaskId, TaskModels> tasks = new ConcurrentHashMap<>();

    public ModelHistory(Topics topics) {
        this.topics = topics;
    }

    private static final class TaskModels {
        final TreeMap<ModelVersion, ModelReady> versions = new TreeMap<>();
        final Map<TrainRequestId, ModelVersion> byRequest = new HashMap<>();
        int highestNumber;
        @Nullable
        Promotion promotion;
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
            add(model);
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
            models.promotion = promotion;
        }
    }

    private void remove(ModelKey key) {
        TaskModels models = models(key.task());
        synchronized (models) {
            models.versions.remove(key.version());
        }
    }

    private void add(ModelReady model) {
        TaskModels models = models(model.task());
        synchronized (models) {
            models.versions.putIfAbsent(model.version(), model);
            models.byRequest.put(model.trainRequestId(), model.version());
            models.highestNumber = Math.max(models.highestNumber, model.version().number());
        }
    }

    private TaskModels models(TaskId task) {
        return tasks.computeIfAbsent(task, key -> new TaskModels());
    }

    /** The version that the next model of a task gets. */
    public ModelVersion nextVersion(TaskId task) {
        TaskModels models = models(task);
        synchronized (models) {
            return new ModelVersion(models.highestNumber + 1);
        }
    }

    /** The last promotion. */
    public Optional<Promotion> promotion(TaskId task) {
        TaskModels models = models(task);
        synchronized (models) {
            return Optional.ofNullable(models.promotion);
        }
    }

    /** The model that a request made. */
    public Optional<ModelReady> findByRequest(TaskId task, TrainRequestId request) {
        TaskModels models = models(task);
        synchronized (models) {
            return Optional.ofNullable(models.byRequest.get(request))
                    .flatMap(version -> Optional.ofNullable(models.versions.get(version)));
        }
    }

    public Optional<ModelReady> find(TaskId task, ModelVersion version) {
        TaskModels models = models(task);
        synchronized (models) {
            return Optional.ofNullable(models.versions.get(version));
        }
    }

    /** All versions of a task, the oldest first. */
    public List<ModelReady> versions(TaskId task) {
        TaskModels models = models(task);
        synchronized (models) {
            return new ArrayList<>(models.versions.values());
        }
    }

    /** The version with the highest number. */
    public Optional<ModelReady> newest(TaskId task) {
        TaskModels models = models(task);
        synchronized (models) {
            return Optional.ofNullable(models.versions.lastEntry()).map(Map.Entry::getValue);
        }
    }

    public Collection<TaskId> tasks() {
        return List.copyOf(tasks.keySet());
    }
}
