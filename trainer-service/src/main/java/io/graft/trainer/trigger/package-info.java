/** Training policies: who asks for a version when nobody does. */
@NullMarked
package io.graft.trainer.trigger;

import org.jspecify.annotations.NullMarked;
