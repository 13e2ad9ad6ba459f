/** Series that leave with what they tell of, and are never more than a bound. */
@NullMarked
package io.graft.inference.metrics;

import org.jspecify.annotations.NullMarked;
