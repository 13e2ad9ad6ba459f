package io.graft.model;

import java.util.List;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * The recipe of a version: what was asked, what was tried, and what was chosen.
 *
 * @param asked the request's, with the defaults filled in
 * @param candidates in the order in which they were tried; one of them is the chosen one
 * @param reason a sentence: why that one
 */
public record TrainedRecipe(Recipe asked, List<RecipeCandidate> candidates, String reason) {

    public TrainedRecipe {
        candidates = List.copyOf(candidates);
    }

    /** Takes an event of a release that knew the textbook alone; the numbers that stand in it are not kept. */
    @JsonCreator
    static TrainedRecipe of(@Nullable Recipe asked, @Nullable List<RecipeCandidate> candidates, @Nullable String reason) {
        return new TrainedRecipe(asked == null ? Recipe.TEXTBOOK : asked, candidates == null ? List.of() : candidates,
                reason == null ? "an earlier release did not say" : reason);
    }
}
