/** What the operating system says of processes. */
@NullMarked
package io.graft.process;

import org.jspecify.annotations.NullMarked;
