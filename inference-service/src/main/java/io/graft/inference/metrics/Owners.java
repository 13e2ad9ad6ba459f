package io.graft.inference.metrics;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/**
 * Those that series may tell of, such as the versions in memory. Nobody but them has series, no more of them than a bound, and
 * theirs leave with them; all others share those of {@value #OTHER}, so that sums over all stay true.
 *
 * @param <K> names an owner
 */
public final class Owners<K> {

    /** The value of each tag of whoever has no series of its own. */
    public static final String OTHER = "_other";

    private final MeterRegistry registry;
    private final int countMax;
    private final Function<K, Tags> tags;
    private final Tags otherTags;
    private final Set<K> present = ConcurrentHashMap.newKeySet();
    private final Set<K> admitted = new HashSet<>();
    private final List<OwnedMeters<K, ?>> kinds = new CopyOnWriteArrayList<>();

    /**
     * @param countMax with series of their own at the same time
     * @param tagNames of each owner
     * @param tags of an owner, with those names
     */
    public Owners(MeterRegistry registry, int countMax, List<String> tagNames, Function<K, Tags> tags) {
        this.registry = registry;
        this.countMax = countMax;
        this.tags = tags;
        this.otherTags = tagNames.stream().map(name -> Tags.of(name, OTHER)).reduce(Tags.empty(), Tags::and);
    }

    /** Meters of each owner, made when it is first asked for them; how many kinds there are is the program's to say. */
    public <M> OwnedMeters<K, M> meters(Function<Series, M> meters) {
        OwnedMeters<K, M> kind = new OwnedMeters<>(this, meters);
        kinds.add(kind);
        return kind;
    }

    public void enter(K owner) {
        present.add(owner);
    }

    /** An owner enters and is about to be asked for: all its meters are made, so that whoever asks first does not wait. */
    public void prepare(K owner) {
        enter(owner);
        if (admits(owner)) {
            kinds.forEach(kind -> kind.of(owner));
        }
    }

    public void leave(K owner) {
        if (present.remove(owner)) {
            synchronized (admitted) {
                admitted.remove(owner);
            }
            kinds.forEach(kind -> kind.drop(owner));
        }
    }

    /** Whoever was refused may be admitted later, when others have left. */
    boolean admits(K owner) {
        if (!present.contains(owner)) {
            return false;
        }
        synchronized (admitted) {
            return present.contains(owner)
                    && (admitted.contains(owner) || (admitted.size() < countMax && admitted.add(owner)));
        }
    }

    Series series(K owner) {
        return new Series(registry, tags.apply(owner), false);
    }

    Series otherSeries() {
        return new Series(registry, otherTags, true);
    }
}
