package io.graft.trainer.table;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

import io.graft.feature.FeatureKey;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * The features of all tasks on the partitions that are read: {@code sample-features} turned into memory. Written by the
 * replay's thread, read by any.
 * <p>
 * A record that cannot be used is skipped and counted, and logged once for each cause.
 */
public final class FeatureTable {

    private static final Logger LOG = Logger.getLogger(FeatureTable.class);
    private static final int CAUSES_LOGGED_MAX = 100;
    private static final int DELETION_COUNT_MAX = 100;

    private final Map<TaskId, Entry> tasks = new ConcurrentHashMap<>();
    private final Set<String> causesLogged = ConcurrentHashMap.newKeySet();
    private final Predicate<BackboneKey> trained;
    private final Listener listener;

    /** Hears what metrics count; called on the replay's thread. */
    public interface Listener {

        void taskAdded(TaskId task);

        void skipped(String code);
    }

    /** @param trained the backbones whose features are trained on; those of others are kept apart, as skipped */
    public FeatureTable(Predicate<BackboneKey> trained, Listener listener) {
        this.trained = trained;
        this.listener = listener;
    }

    private record Entry(int partition, TaskFeatures features) {
    }

    /**
     * What a task has.
     *
     * @param counts by label and split
     * @param deletions the last {@value #DELETION_COUNT_MAX}, the latest first
     */
    public record Contents(TaskId task, int featureCount, Map<String, Map<Split, Integer>> counts,
            List<Deletion> deletions) {
    }

    /** Takes a record of {@code sample-features}. */
    public void apply(ConsumerRecord<byte[], byte[]> record) {
        try {
            FeatureKey key = FeatureKey.parse(record.key());
            TaskFeatures features = tasks
                    .computeIfAbsent(key.sample().task(), task -> added(task, record.partition())).features;
            boolean counts = features.apply(key, record);
            if (!counts) {
                LOG.debugf("Feature is older than the one that is known partition=%d offset=%d", record.partition(),
                        record.offset());
            }
        } catch (Problem e) {
            skip(record, e);
        }
    }

    private Entry added(TaskId task, int partition) {
        listener.taskAdded(task);
        return new Entry(partition, new TaskFeatures(task, trained));
    }

    private void skip(ConsumerRecord<byte[], byte[]> record, Problem problem) {
        listener.skipped(problem.code());
        if (causesLogged.size() < CAUSES_LOGGED_MAX && causesLogged.add(problem.code())) {
            LOG.warnf("Feature skipped code=%s reason=%s topic=%s partition=%d offset=%d", problem.code(), problem.sentence(),
                    record.topic(), record.partition(), record.offset());
        }
    }

    /** Forgets the tasks of a partition. */
    public void drop(TopicPartition partition) {
        tasks.values().removeIf(entry -> entry.partition == partition.partition());
    }

    public Collection<TaskId> tasks() {
        List<TaskId> sorted = new ArrayList<>(tasks.keySet());
        sorted.sort(null);
        return sorted;
    }

    /** How many features a task has; 0 for an unknown one. */
    public int featureCount(TaskId task) {
        Entry entry = tasks.get(task);
        return entry == null ? 0 : entry.features.count();
    }

    /** The partition of {@code sample-features} that a task is on; absent for an unknown one. */
    public Optional<Integer> partition(TaskId task) {
        return Optional.ofNullable(tasks.get(task)).map(Entry::partition);
    }

    /** The offset behind the last change of a task; 0 for an unknown one. */
    public long changedUntil(TaskId task) {
        Entry entry = tasks.get(task);
        return entry == null ? 0 : entry.features.changedUntil();
    }

    /** What has changed in a task at or after an offset of its partition; nothing for an unknown one. Looks at every sample. */
    public FeatureChanges changesSince(TaskId task, long offset) {
        Entry entry = tasks.get(task);
        return entry == null ? new FeatureChanges(0, 0, 0) : entry.features.changesSince(offset);
    }

    /** What a task has, split by the default fraction; empty for an unknown one. */
    public Optional<Contents> contents(TaskId task, double validationFraction) {
        return Optional.ofNullable(tasks.get(task)).map(entry -> new Contents(task, entry.features.count(),
                new LinkedHashMap<>(entry.features.counts(validationFraction)),
                entry.features.deletions(DELETION_COUNT_MAX)));
    }

    /** What is known of a sample; absent where it is deleted, never came, or belongs to another replica. */
    public Optional<SampleState> state(SampleKey key) {
        return Optional.ofNullable(tasks.get(key.task())).flatMap(entry -> entry.features.state(key.sampleId()));
    }

    /**
     * What counts of samples of which an older record came last, until it comes again: written again, it makes the log end
     * with what counts.
     */
    public List<Winner> outdatedInLog() {
        return tasks.values().stream().flatMap(entry -> entry.features.outdatedInLog(entry.partition).stream()).toList();
    }

    /**
     * Copies what a training run needs.
     *
     * @throws Problem INVALID when there is nothing to train on
     */
    public FeatureSnapshot snapshot(TaskId task, Optional<BackboneId> backbone, double validationFraction) {
        Entry entry = tasks.get(task);
        if (entry == null) {
            throw SnapshotCopy.noFeatures(task, backbone, Map.of());
        }
        return entry.features.snapshot(backbone, validationFraction);
    }

    /**
     * Copies the features of one backbone.
     *
     * @throws Problem INVALID when there is nothing to train on
     */
    public FeatureSnapshot snapshot(TaskId task, BackboneKey backbone, double validationFraction, Predicate<SampleId> wanted) {
        Entry entry = tasks.get(task);
        if (entry == null) {
            throw SnapshotCopy.noFeatures(task, Optional.of(backbone.id()), Map.of());
        }
        return entry.features.snapshot(backbone, validationFraction, wanted);
    }

    /** The samples of a task that have no feature of a backbone; none for an unknown task. */
    public Map<SampleId, SampleOrigin> lacking(TaskId task, BackboneKey backbone) {
        Entry entry = tasks.get(task);
        return entry == null ? Map.of() : entry.features.lacking(backbone);
    }

    /** The name of the backbone that most samples of a task have features of, be they trained on or not. */
    public Optional<BackboneId> usualBackbone(TaskId task) {
        return Optional.ofNullable(tasks.get(task)).flatMap(entry -> entry.features.usualBackbone());
    }

    /** The backbones that any feature of a task is of. */
    public Set<BackboneKey> backbones(TaskId task) {
        Entry entry = tasks.get(task);
        return entry == null ? Set.of() : entry.features.backbones();
    }

    /** What the log is to say when one backbone takes the place of another, as far as samples have features of both. */
    public Optional<Replacement> replace(TaskId task, BackboneKey old, BackboneKey by) {
        return Optional.ofNullable(tasks.get(task)).map(entry -> entry.features.replace(old, by, entry.partition))
                .filter(found -> !found.removed().isEmpty() || !found.written().isEmpty());
    }

    /** By partition, the keys of further features that serve nobody any more. */
    public Map<Integer, List<FeatureKey>> unneeded() {
        Map<Integer, List<FeatureKey>> unneeded = new HashMap<>();
        tasks.values().forEach(entry -> unneeded.computeIfAbsent(entry.partition, partition -> new ArrayList<>())
                .addAll(entry.features.unneeded()));
        return unneeded;
    }
}
