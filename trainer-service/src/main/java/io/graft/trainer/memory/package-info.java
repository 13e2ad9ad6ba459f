/** The topics that this replica keeps in memory, read by one thread. */
@NullMarked
package io.graft.trainer.memory;

import org.jspecify.annotations.NullMarked;
