/** What probes ask. */
@NullMarked
package io.graft.inference.health;

import org.jspecify.annotations.NullMarked;
