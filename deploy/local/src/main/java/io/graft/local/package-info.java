/** The whole stack on one machine, and the demo that shows what it does. */
@NullMarked
package io.graft.local;

import org.jspecify.annotations.NullMarked;
