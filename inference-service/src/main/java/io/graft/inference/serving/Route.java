package io.graft.inference.serving;

import java.util.Optional;

/**
 * Where a request goes.
 *
 * @param model that answers
 * @param shadow measured on the same features, and never heard
 */
public record Route(Model model, Optional<Model> shadow) {
}
