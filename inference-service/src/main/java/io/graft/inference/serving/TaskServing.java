package io.graft.inference.serving;

import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.stream.Stream;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.model.Promotion;

/**
 * A task at one moment. Immutable: a request that took one finishes on it, whatever is swapped in meanwhile.
 *
 * @param roles who answers
 * @param promotion the last one read, followed or not
 * @param standIn an earlier one, followed while the last one cannot be
 * @param known what became of each version
 */
public record TaskServing(TaskId task, Roles roles, Optional<Promotion> promotion, Optional<Promotion> standIn,
        TaskVersions known) {

    static TaskServing empty(TaskId task) {
        return new TaskServing(task, Roles.NONE, Optional.empty(), Optional.empty(), TaskVersions.NONE);
    }

    /** Every known version, the oldest first. */
    public SortedMap<ModelVersion, VersionState> versions() {
        return known.all();
    }

    /** The version that answers; absent until a promotion could be followed. */
    public Optional<Model> serving() {
        return roles.serving();
    }

    public Optional<ModelVersion> servingVersion() {
        return serving().map(model -> model.card().version());
    }

    /** The version that the last promotion names while another one, or none, serves. */
    public Optional<ModelVersion> promotedVersion() {
        return promotion.map(Promotion::version).filter(version -> !servingVersion().equals(Optional.of(version)));
    }

    /**
     * Where a request goes that names no version.
     *
     * @param routingKey decides between what serves and its canary; absent: chance does
     */
    Optional<Route> route(Optional<String> routingKey) {
        return serving().map(model -> roles.canary()
                .filter(canary -> canary.takes(routingKey.orElseGet(() -> UUID.randomUUID().toString())))
                .map(canary -> new Route(canary.model(), Optional.empty()))
                .orElseGet(() -> new Route(model, roles.shadow())));
    }

    TaskServing withRoles(Roles next) {
        return new TaskServing(task, next, promotion, standIn, known);
    }

    TaskServing withPromotion(Promotion last) {
        return new TaskServing(task, roles, Optional.of(last), standIn, known);
    }

    TaskServing withStandIn(Optional<Promotion> earlier) {
        return new TaskServing(task, roles, promotion, earlier, known);
    }

    TaskServing withVersion(VersionState state) {
        return withKnown(known.with(state));
    }

    TaskServing withoutVersion(ModelVersion version) {
        return new TaskServing(task, roles.without(version), promotion, standIn, known.without(version));
    }

    /** Whether the last promotion names a version, in whatever role. */
    boolean isNamed(ModelVersion version) {
        return promotion.isPresent() && promotion.get().names(version);
    }

    /** The versions that the last promotion, or what stands in for it, names. */
    Stream<ModelKey> named() {
        return Stream.of(promotion, standIn).flatMap(Optional::stream)
                .flatMap(each -> each.versions().stream()).map(version -> new ModelKey(task, version));
    }

    /** The promotion that gives a version its role. */
    Optional<Promotion> naming(ModelVersion version) {
        return promotion.filter(last -> last.names(version)).or(() -> standIn.filter(earlier -> earlier.names(version)));
    }

    /** Archives all but the newest loaded versions, and forgets the oldest; what has a role or was promoted stays. */
    TaskServing within(ServingLimits limits) {
        return withKnown(known.within(limits, this::isNeeded));
    }

    /** Archives what waits for a backbone that nothing else needs. */
    TaskServing withoutIdle() {
        return withKnown(known.withoutIdle(this::isNeeded));
    }

    private TaskServing withKnown(TaskVersions next) {
        return new TaskServing(task, roles, promotion, standIn, next);
    }

    private boolean isNeeded(ModelVersion version) {
        return roles.holds(version) || naming(version).isPresent();
    }
}
