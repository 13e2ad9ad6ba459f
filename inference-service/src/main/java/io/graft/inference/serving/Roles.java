package io.graft.inference.serving;

import java.util.Optional;

import io.graft.id.ModelVersion;

/**
 * Who does what for a task.
 *
 * @param serving answers; absent until a promotion could be followed
 * @param canary answers a share of the requests instead
 * @param shadow takes the features of what serves, is measured and never answers
 */
public record Roles(Optional<Model> serving, Optional<CanaryModel> canary, Optional<Model> shadow) {

    static final Roles NONE = new Roles(Optional.empty(), Optional.empty(), Optional.empty());

    /** Without what serves there is neither a canary nor a shadow of it. */
    Roles without(ModelVersion version) {
        return is(serving, version) ? NONE
                : new Roles(serving, canary.filter(role -> !role.model().card().version().equals(version)),
                        shadow.filter(model -> !model.card().version().equals(version)));
    }

    boolean holds(ModelVersion version) {
        return is(serving, version) || is(canary.map(CanaryModel::model), version) || is(shadow, version);
    }

    private static boolean is(Optional<Model> model, ModelVersion version) {
        return model.isPresent() && model.get().card().version().equals(version);
    }
}
