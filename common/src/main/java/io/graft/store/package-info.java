/** Files that do not fit a message, kept under their digests where both services find them. */
@NullMarked
package io.graft.store;

import org.jspecify.annotations.NullMarked;
