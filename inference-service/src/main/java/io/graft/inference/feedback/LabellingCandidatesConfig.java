package io.graft.inference.feedback;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Whether people are asked about predictions that are uncertain. */
@ConfigMapping(prefix = "graft.labelling-candidates")
public interface LabellingCandidatesConfig {

    /** Whether the contents of uncertain predictions are written to {@code labelling-candidates}. */
    @WithDefault("false")
    boolean enabled();

    /** A prediction with a lower probability is uncertain, and one that its version calls unknown. */
    @WithDefault("0.6")
    @DecimalMin("0.0")
    @DecimalMax("1.0")
    double probabilityBelow();

    /** Candidates of a task in a minute; further ones are left out. */
    @WithDefault("60")
    @Min(1)
    @Max(1_000_000)
    int perMinuteMax();
}
