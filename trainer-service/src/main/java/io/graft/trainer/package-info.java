/** The trainer service. */
@NullMarked
package io.graft.trainer;

import org.jspecify.annotations.NullMarked;
