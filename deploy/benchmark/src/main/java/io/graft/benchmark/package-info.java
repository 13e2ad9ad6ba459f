/** Side-by-side measurements: the usual way against Graft's, taken in turns in one process, printed as ratios. */
@NullMarked
package io.graft.benchmark;

import org.jspecify.annotations.NullMarked;
