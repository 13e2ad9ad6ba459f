package io.graft.inference.serving;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.event.RecordPlace;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.serving.VersionState.Archived;
import io.graft.inference.serving.VersionState.Loaded;
import io.graft.inference.serving.VersionState.Loading;
import io.graft.inference.serving.VersionState.Refused;
import io.graft.model.ModelKey;
import io.graft.model.Promotion;
import io.graft.model.Verdict;
import io.graft.problem.Problem;
import io.opentelemetry.context.Context;

/**
 * What serves, of every task.
 * <p>
 * Readers take an immutable {@link TaskServing} and never wait. Writers are the replay of the two topics and its clock; they
 * take turns. Until {@link #settle()} the history is only collected; then the last promotion of each task is followed, or where
 * that cannot be the newest one before it, and from there on each as it comes. A promotion whose version has not been read yet
 * waits for it: topics have no order between them.
 * <p>
 * Every promotion that is followed counts as one swap, and every one that cannot be as one refusal: promotions of another
 * version than the one that serves = swapped + refused + still waiting. A version that fails verification counts as a refusal
 * of its own.
 */
public final class ServingTable {

    /** Code of a request for a version that is not there yet. */
    public static final String VERSION_LOADING = "VERSION_LOADING";

    private static final Logger LOG = LoggerFactory.getLogger(ServingTable.class);

    private final ModelVerifier verifier;
    private final ModelArchive archive;
    private final Casting casting;
    private final ServingLimits limits;
    private final ServingListener listener;
    private final ConcurrentMap<TaskId, TaskServing> tasks = new ConcurrentHashMap<>();
    private final TaskPlaces places;
    private final PromotionWaits waits;
    /** Versions that become {@link Loaded}, or {@link Refused}, when the loading of their backbone ends; and their traces. */
    private final Map<ModelKey, Context> loading = new HashMap<>();
    /** Promotions that name an archived version which is being read again. */
    private final Map<TaskId, Promotion> unread = new HashMap<>();
    private final EarlierPromotions earlier = new EarlierPromotions();
    /** What keeps the history from being complete. */
    private final Set<TaskId> unreadOfTheHistory = new HashSet<>();
    private final Set<ModelKey> loadingOfTheHistory = new HashSet<>();
    private final CompletableFuture<Void> completion = new CompletableFuture<>();
    private volatile boolean settled;

    ServingTable(ModelVerifier verifier, ModelArchive archive, ServingLimits limits, ServingListener listener,
            InstantSource clock) {
        this.verifier = verifier;
        this.archive = archive;
        this.casting = new Casting(verifier, archive);
        this.limits = limits;
        this.listener = listener;
        this.places = new TaskPlaces(limits);
        this.waits = new PromotionWaits(limits, clock);
    }

    public Optional<TaskServing> task(TaskId task) {
        return Optional.ofNullable(tasks.get(task));
    }

    /** Every known task, in the order of the names. */
    public List<TaskServing> tasks() {
        return tasks.values().stream().sorted(Comparator.comparing(TaskServing::task)).toList();
    }

    /** Versions that failed verification and that the last promotion of their task names, in the order of the tasks. */
    List<Map.Entry<ModelKey, Refused>> refusedPromotions() {
        return tasks.values().stream()
                .flatMap(task -> task.promotion().stream().flatMap(promotion -> promotion.versions().stream())
                        .filter(version -> task.versions().get(version) instanceof Refused)
                        .map(version -> Map.entry(new ModelKey(task.task(), version), (Refused) task.versions().get(version))))
                .sorted(Comparator.comparing(refused -> refused.getKey().task())).toList();
    }

    /** Whether the history has been read and its last promotions followed. */
    public boolean isSettled() {
        return settled;
    }

    /** Whether the history is followed, with every version and backbone that it needs loaded or given up. */
    public boolean isComplete() {
        return completion.isDone();
    }

    /** Ends once the history is followed, on the thread that followed it. */
    public CompletionStage<Void> completion() {
        return completion.minimalCompletionStage();
    }

    /**
     * The model that answers.
     *
     * @param version absent: the one that serves
     * @throws Problem MISSING when there is none
     */
    public Model model(TaskId task, Optional<ModelVersion> version) {
        TaskServing known = known(task);
        if (version.isEmpty()) {
            return known.serving().orElseThrow(() -> notServing(known));
        }
        VersionState state = known.versions().get(version.get());
        if (state instanceof Loaded loaded) {
            return loaded.model();
        }
        if (state instanceof Archived) {
            throw Problem.missing("VERSION_ARCHIVED", "version " + version.get() + " of task '" + task
                    + "' is not in memory (expected: one of the last " + limits.loadedCountMax() + ", or promote it)");
        }
        if (state instanceof Loading loading) {
            throw loading(task, version.get(), loading);
        }
        if (state instanceof Refused refused) {
            throw Problem.missing("VERSION_REFUSED", "version " + version.get() + " of task '" + task
                    + "' was refused: " + refused.problem().sentence());
        }
        throw Problem.missing("VERSION_UNKNOWN", "version " + version.get() + " of task '" + task + "' is not known here");
    }

    /**
     * Where a request goes: to the version that it names, or to the one that serves, or to its canary.
     *
     * @throws Problem MISSING when nothing answers, BUSY {@code VERSION_LOADING} when what would answer is being loaded
     */
    public Route route(ModelChoice choice) {
        if (choice.version().isPresent()) {
            return new Route(model(choice.task(), choice.version()), Optional.empty());
        }
        TaskServing known = known(choice.task());
        return known.route(choice.routingKey()).orElseThrow(() -> notServing(known));
    }

    private TaskServing known(TaskId task) {
        return task(task).orElseThrow(() -> Problem.missing("TASK_UNKNOWN",
                "task '" + task + "' is not known here (expected: a task with a model)"));
    }

    private static Problem loading(TaskId task, ModelVersion version, Loading loading) {
        return Problem.busy(VERSION_LOADING, "version " + version + " of task '" + task + "' waits for " + loading.awaited()
                + " to be loaded");
    }

    /** A promoted version that is being loaded will serve; whoever asks before that comes again. */
    private static Problem notServing(TaskServing known) {
        for (Optional<Promotion> promotion : List.of(known.promotion(), known.standIn())) {
            VersionState state = promotion.map(named -> known.versions().get(named.version())).orElse(null);
            if (state instanceof Loading loading) {
                return loading(known.task(), state.version(), loading);
            }
            if (state instanceof Archived) {
                return Problem.busy(VERSION_LOADING, "version " + state.version() + " of task '" + known.task()
                        + "' is being read again");
            }
        }
        return Problem.missing("TASK_NOT_SERVING", "task '" + known.task()
                + "' has no version that serves (expected: a promotion of one of its " + known.versions().size()
                + " versions)");
    }

    /** Takes a {@code model-ready} record. A broken one never replaces a version that was verified. */
    synchronized void add(ModelKey key, ModelRecord record, RecordPlace place) {
        TaskServing task = tasks.getOrDefault(key.task(), TaskServing.empty(key.task()));
        if (task.versions().isEmpty() && !places.hasRoomForVersions()) {
            reject(task.task(), Rejection.TASK_COUNT, limits.taskCountMax());
            return;
        }
        VersionState state;
        try {
            state = verifier.verify(key, record, place);
        } catch (Problem e) {
            LOG.warn("Version refused task={} version={} code={} reason=\"{}\"", key.task(), key.version(), e.code(),
                    e.sentence());
            if (task.versions().containsKey(key.version()) && !(task.versions().get(key.version()) instanceof Refused)) {
                countRefusal(key.task());
                return;
            }
            state = Refused.of(key.version(), e, place);
        }
        long verifiedNanos = System.nanoTime();
        publish(task.withVersion(state).within(limits));
        if (state instanceof Refused) {
            countRefusal(key.task());
        }
        if (settled && state instanceof Loading) {
            load(key);
        }
        if (settled) {
            announce(key);
            followNaming(key, verifiedNanos);
        }
    }

    /** Whom the gate let through is promoted next. */
    private void announce(ModelKey key) {
        TaskServing task = tasks.get(key.task());
        if (task != null && task.versions().get(key.version()) instanceof Loaded loaded
                && loaded.card().verdict().map(Verdict::promoted).orElse(false)) {
            listener.servesNext(key);
        }
    }

    private void load(ModelKey key) {
        TaskServing task = tasks.get(key.task());
        if (task != null && task.versions().get(key.version()) instanceof Loading waiting) {
            verifier.load(waiting.candidate());
            if (loading.putIfAbsent(key, Context.current()) == null) {
                LOG.info("Version waits for its backbone task={} version={} backbone={}", key.task(), key.version(),
                        waiting.card().backbone().id());
            }
        }
    }

    /**
     * Takes the versions that have been read again by now, and those whose backbone is loaded; refuses those whose backbone
     * cannot be.
     */
    synchronized void admitLoaded() {
        if (!unread.isEmpty() && archive.hasNews()) {
            Map.copyOf(unread).forEach(this::readAgain);
        }
        Map.copyOf(loading).forEach((key, trace) -> trace.wrap(() -> admitLoaded(key)).run());
        noteCompletion();
    }

    private void readAgain(TaskId id, Promotion promotion) {
        long startNanos = System.nanoTime();
        unread.remove(id);
        follow(id, promotion, true, startNanos);
        if (unreadOfTheHistory.contains(id)) {
            standIn(id, startNanos);
            awaitForTheHistory(id);
        }
    }

    private boolean isOfTheHistory(TaskServing task) {
        return unreadOfTheHistory.contains(task.task()) || task.named().anyMatch(loadingOfTheHistory::contains);
    }

    private void noteCompletion() {
        loadingOfTheHistory.retainAll(loading.keySet());
        unreadOfTheHistory.retainAll(unread.keySet());
        if (settled && loadingOfTheHistory.isEmpty() && unreadOfTheHistory.isEmpty() && completion.complete(null)) {
            earlier.clear();
        }
    }

    private void admitLoaded(ModelKey key) {
        TaskServing task = tasks.get(key.task());
        if (task == null || !(task.versions().get(key.version()) instanceof Loading waiting)) {
            loading.remove(key);
            verifier.forget(key);
            return;
        }
        VersionState state;
        try {
            state = verifier.admit(waiting.candidate(), waiting.place());
        } catch (Problem e) {
            LOG.warn("Version refused task={} version={} code={} reason=\"{}\"", key.task(), key.version(), e.code(),
                    e.sentence());
            countRefusal(key.task());
            state = Refused.of(key.version(), e, waiting.place());
        }
        if (!(state instanceof Loading)) {
            loading.remove(key);
            long verifiedNanos = System.nanoTime();
            publish(task.withVersion(state).within(limits));
            announce(key);
            followNaming(key, verifiedNanos);
            if (loadingOfTheHistory.contains(key)) {
                standIn(key.task(), verifiedNanos);
                loadingOfTheHistory.remove(key);
                awaitForTheHistory(key.task());
            }
        }
    }

    /** Takes a tombstone: the version is gone, even where it serves. */
    synchronized void remove(ModelKey key) {
        if (!settled) {
            earlier.addDeleted(key);
        }
        TaskServing task = tasks.get(key.task());
        if (task == null || !task.versions().containsKey(key.version())) {
            return;
        }
        boolean served = task.servingVersion().equals(Optional.of(key.version()));
        boolean last = task.versions().size() == 1;
        boolean forgotten = last && (task.promotion().isEmpty() || !places.hasRoomForPromotions(settled));
        publish(task.withoutVersion(key.version()));
        if (forgotten) {
            forget(key.task());
        }
        LOG.info("Version deleted task={} version={} served={}", key.task(), key.version(), served);
    }

    /** The history has them in any order with the versions; now that it is read, the oldest ones without a version go. */
    private void forgetSurplusPromotions() {
        tasks.values().stream().filter(task -> task.versions().isEmpty())
                .sorted(Comparator.comparing((TaskServing task) -> task.promotion().orElseThrow().at()).reversed())
                .skip(limits.promotedTaskCountMax()).map(TaskServing::task).toList().forEach(task -> {
                    reject(task, Rejection.PROMOTED_TASK_COUNT, limits.promotedTaskCountMax());
                    forget(task);
                });
    }

    private void forget(TaskId id) {
        TaskServing task = tasks.remove(id);
        if (task != null) {
            places.leave(task);
            waits.end(id);
            unread.remove(id);
        }
    }

    /** Takes a promotion; the last one of a task wins. */
    synchronized void promote(Promotion promotion) {
        long startNanos = System.nanoTime();
        if (!tasks.containsKey(promotion.task()) && !places.hasRoomForPromotions(settled)) {
            reject(promotion.task(), Rejection.PROMOTED_TASK_COUNT, limits.promotedTaskCountMax());
            return;
        }
        TaskServing task = tasks.getOrDefault(promotion.task(), TaskServing.empty(promotion.task()));
        if (waits.end(promotion.task()) && !task.isNamed(promotion.version())) {
            refuse(task, Problem.missing("VERSION_UNKNOWN", "its version did not come before the next promotion"));
        }
        if (!settled) {
            task.promotion().ifPresent(earlier::add);
        }
        publish(task.withPromotion(promotion));
        if (settled) {
            unread.remove(promotion.task());
            follow(promotion.task(), promotion, true, startNanos);
        }
    }

    /** The history has been read: follows the last promotion of each task, or the newest before it that can be followed. */
    synchronized void settle() {
        long startNanos = System.nanoTime();
        for (TaskServing task : tasks()) {
            task.promotion().ifPresent(promotion -> {
                follow(task.task(), promotion, true, startNanos);
                standIn(task.task(), startNanos);
                awaitForTheHistory(task.task());
            });
        }
        for (TaskServing task : tasks()) {
            publish(task.withoutIdle());
        }
        forgetSurplusPromotions();
        settled = true;
        noteCompletion();
    }

    /**
     * Follows what was promoted before, where a replica that was there then goes on with it: the last promotion's version was
     * refused or has not come, and nothing serves.
     */
    private void standIn(TaskId id, long startNanos) {
        TaskServing task = tasks.get(id);
        if (task == null || task.promotion().isEmpty() || task.serving().isPresent() || isUnderWay(task)) {
            return;
        }
        Optional<Promotion> before = earlier.takeBefore(task.promotion().get());
        while (before.isPresent()) {
            Cast cast = casting.follow(task.withStandIn(before), before.get(), true);
            if (cast.isUnderWay()) {
                LOG.warn("Earlier promotion followed task={} version={} promotedVersion={}", id, before.get().version(),
                        task.promotion().get().version());
                take(task, cast, before.get(), startNanos);
                return;
            }
            before = earlier.takeBefore(task.promotion().get());
        }
    }

    private void awaitForTheHistory(TaskId id) {
        task(id).stream().flatMap(TaskServing::named).filter(loading::containsKey).forEach(loadingOfTheHistory::add);
        if (unread.containsKey(id)) {
            unreadOfTheHistory.add(id);
        }
    }

    private boolean isUnderWay(TaskServing task) {
        return unread.containsKey(task.task()) || task.named().anyMatch(loading::containsKey);
    }

    /** Counts promotions as refused that have waited for their version too long. They are followed all the same if it comes. */
    synchronized void refuseOverdue() {
        for (PromotionWaits.Overdue overdue : waits.takeOverdue()) {
            task(overdue.task())
                    .ifPresent(serving -> refuse(serving, Problem.missing("VERSION_UNKNOWN", overdue.sentence())));
        }
    }

    private void reject(TaskId task, Rejection reason, int countMax) {
        LOG.warn("Task refused: the table is full task={} reason={} countMax={}", task, reason, countMax);
        listener.rejected(reason);
    }

    private void followNaming(ModelKey key, long startNanos) {
        task(key.task()).flatMap(task -> task.naming(key.version()))
                .ifPresent(promotion -> follow(key.task(), promotion, false, startNanos));
    }

    private void follow(TaskId id, Promotion promotion, boolean refusedOnesToo, long startNanos) {
        TaskServing task = tasks.get(id);
        if (task == null) {
            return;
        }
        Cast cast = casting.follow(task, promotion, refusedOnesToo);
        if (task.promotion().equals(Optional.of(promotion))) {
            waits.note(cast);
            if (cast.unread().isEmpty()) {
                cast.refusals().forEach(problem -> refuse(task, problem));
            }
        }
        take(task, cast, promotion, startNanos);
    }

    /** What stood in for a promotion is of no use once that one could be followed. */
    private static TaskServing withoutIdleStandIn(TaskServing task) {
        return task.promotion().map(Promotion::version).equals(task.servingVersion()) ? task.withStandIn(Optional.empty())
                : task;
    }

    private void take(TaskServing before, Cast cast, Promotion promotion, long startNanos) {
        TaskId id = before.task();
        TaskServing next = withoutIdleStandIn(cast.task());
        next.servingVersion().filter(version -> next.versions().get(version) instanceof Loaded)
                .ifPresent(version -> listener.servesNext(new ModelKey(id, version)));
        publish(next.within(limits));
        reportSwap(before.serving(), next, promotion, startNanos);
        cast.loading().forEach(version -> load(new ModelKey(id, version)));
        if (!cast.unread().isEmpty()) {
            unread.put(id, promotion);
        }
    }

    private void reportSwap(Optional<Model> previous, TaskServing task, Promotion promotion, long startNanos) {
        Optional<Model> serving = task.serving();
        if (serving.isEmpty() || previous.filter(model -> model.isSameVersionAs(serving.get())).isPresent()) {
            return;
        }
        Model next = serving.get();
        Duration duration = Duration.ofNanos(System.nanoTime() - startNanos);
        LOG.info("Version swapped in task={} version={} previousVersion={} reason={} durationMicros={}", task.task(),
                next.card().version(), previous.map(model -> model.card().version().toString()).orElse("none"),
                promotion.reason().name().toLowerCase(Locale.ROOT), duration.toNanos() / 1000);
        listener.swapped(new Swap(next, promotion, duration, settled && !isOfTheHistory(task)));
    }

    private void refuse(TaskServing task, Problem problem) {
        LOG.warn("Promotion refused task={} version={} servingVersion={} code={} reason=\"{}\"", task.task(),
                task.promotion().map(promotion -> promotion.version().toString()).orElse("none"),
                task.servingVersion().map(ModelVersion::toString).orElse("none"), problem.code(), problem.sentence());
        listener.refused(task.task());
    }

    private void countRefusal(TaskId task) {
        if (settled) {
            listener.refused(task);
        }
    }

    /** The one place that makes a change visible to readers. */
    private void publish(TaskServing task) {
        TaskServing previous = tasks.put(task.task(), task);
        if (previous != null) {
            places.leave(previous);
        }
        places.enter(task);
        report(previous == null ? TaskServing.empty(task.task()) : previous, task);
        if (!task.roles().equals(previous == null ? Roles.NONE : previous.roles())) {
            listener.cast(task.task(), task.roles());
        }
    }

    /** Who came and who went: what is kept of a version elsewhere goes with it. */
    private void report(TaskServing previous, TaskServing task) {
        if (!task.versions().isEmpty()) {
            listener.entered(task.task());
        }
        task.known().loaded()
                .filter(state -> !(previous.versions().get(state.version()) instanceof Loaded))
                .forEach(state -> listener.loaded(new ModelKey(task.task(), state.version())));
        previous.known().loaded()
                .filter(state -> !(task.versions().get(state.version()) instanceof Loaded))
                .forEach(state -> listener.unloaded(new ModelKey(task.task(), state.version())));
        if (task.versions().isEmpty() && !previous.versions().isEmpty()) {
            listener.left(task.task());
        }
    }
}
