/** Which labels of a task are likely wrong, from features alone. */
@NullMarked
package io.graft.trainer.noise;

import org.jspecify.annotations.NullMarked;
