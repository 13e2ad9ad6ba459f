/** What became of earlier requests: versions, promotions and runs, as their topics tell it. */
@NullMarked
package io.graft.trainer.history;

import org.jspecify.annotations.NullMarked;
