package io.graft.trainer.queue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

import io.graft.event.Topics;

/**
 * The requests of one partition of {@code training-queue}: those of a task run one after the other, those of different tasks
 * side by side.
 * <p>
 * A later request may end before an earlier one of another task. A group has one offset for each partition, so what has ended
 * beyond it stands in the offset's metadata, as in {@code ended +3 +7}: offsets, counted from the committed one. For one
 * thread.
 */
final class Lane {

    /** So many requests at most lie between the committed offset and the last one read: their offsets fit the metadata. */
    private static final int REQUEST_COUNT_MAX = 200;
    private static final String ENDED = "ended";
    private static final Pattern BEYOND = Pattern.compile(" \\+(\\d{1,15})");

    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private final TreeSet<Long> ended = new TreeSet<>();
    /** What had been read before the group went back to what it has committed. */
    private final Map<Long, Entry> earlier = new HashMap<>();
    private @Nullable Entry beingWritten;

    /** A request, and its run once that has begun. */
    static final class Entry {

        private final ConsumerRecord<byte[], byte[]> record;
        private final String task;
        private @Nullable Future<RunResult> run;

        Entry(ConsumerRecord<byte[], byte[]> record) {
            this.record = record;
            this.task = record.key() == null ? "" : Topics.keyText(record.key());
        }

        ConsumerRecord<byte[], byte[]> record() {
            return record;
        }

        /** Whether it is the same record, read again: a log that was cut off may have another one at its offset. */
        private boolean isOf(ConsumerRecord<byte[], byte[]> other) {
            return Arrays.equals(record.key(), other.key()) && Arrays.equals(record.value(), other.value());
        }

        void begin(Future<RunResult> begun) {
            run = begun;
        }

        /** Lets the request begin once more. */
        void reset() {
            run = null;
        }

        private void cancel() {
            Future<RunResult> begun = run;
            if (begun != null) {
                begun.cancel(true);
            }
        }

        boolean hasRun() {
            Future<RunResult> begun = run;
            return begun != null && begun.isDone();
        }

        Future<RunResult> run() {
            if (run == null) {
                throw new IllegalStateException("request at offset " + record.offset() + " has not begun");
            }
            return run;
        }
    }

    /** A lane of requests that nobody has begun. */
    Lane() {
    }

    /** A lane whose requests begin at a committed offset; what has ended beyond it is not run again. */
    Lane(OffsetAndMetadata committed) {
        Matcher beyond = BEYOND.matcher(committed.metadata().startsWith(ENDED) ? committed.metadata() : "");
        while (beyond.find()) {
            ended.add(committed.offset() + Long.parseLong(beyond.group(1)));
        }
    }

    /**
     * A lane whose requests are read again from a committed offset, since it is not known whether the last result was written.
     * What runs goes on, and a result that was not written is there already when its request comes again.
     *
     * @param committed absent: nothing
     * @param before is of no use any more
     */
    static Lane again(Optional<OffsetAndMetadata> committed, Lane before) {
        Lane lane = committed.map(Lane::new).orElseGet(Lane::new);
        lane.earlier.putAll(before.earlier);
        lane.earlier.putAll(before.entries);
        if (before.beingWritten != null) {
            lane.earlier.put(before.beingWritten.record.offset(), before.beingWritten);
        }
        long begin = committed.map(OffsetAndMetadata::offset).orElse(0L);
        lane.earlier.keySet().removeIf(offset -> offset < begin || lane.ended.contains(offset));
        return lane;
    }

    /** Takes the next record of the partition. */
    void add(ConsumerRecord<byte[], byte[]> record) {
        if (ended.contains(record.offset())) {
            return;
        }
        Entry known = earlier.remove(record.offset());
        if (known != null && known.isOf(record)) {
            entries.put(record.offset(), known);
            return;
        }
        if (known != null) {
            known.cancel();
        }
        entries.put(record.offset(), new Entry(record));
    }

    boolean isFull() {
        return entries.size() + ended.size() >= REQUEST_COUNT_MAX;
    }

    /** The first request of each task, if it has not begun. */
    List<Entry> startable() {
        List<Entry> startable = new ArrayList<>();
        Set<String> tasks = new HashSet<>();
        for (Entry entry : entries.values()) {
            if (tasks.add(entry.task) && entry.run == null) {
                startable.add(entry);
            }
        }
        return startable;
    }

    /** Requests whose run is over and whose result is not written. */
    List<Entry> finished() {
        return entries.values().stream().filter(Entry::hasRun).toList();
    }

    /**
     * Takes a request out, since its result is about to be written.
     *
     * @param position the consumer's, behind all requests that were added
     * @return what to commit with the result
     */
    OffsetAndMetadata end(Entry entry, long position) {
        entries.remove(entry.record.offset());
        beingWritten = entry;
        ended.add(entry.record.offset());
        long offset = entries.isEmpty() ? position : entries.firstKey();
        ended.headSet(offset).clear();
        String metadata = ended.isEmpty() ? ""
                : ended.stream().map(each -> "+" + (each - offset)).collect(Collectors.joining(" ", ENDED + " ", ""));
        return new OffsetAndMetadata(offset, metadata);
    }

    /** The result of the request that ended last is written. */
    void written() {
        beingWritten = null;
    }

    /** Gives up what runs. */
    void abandon() {
        entries.values().forEach(Entry::cancel);
        entries.clear();
        earlier.values().forEach(Entry::cancel);
        earlier.clear();
    }
}
