/** Whether this replica is alive, and whether it is ready. */
@NullMarked
package io.graft.trainer.health;

import org.jspecify.annotations.NullMarked;
