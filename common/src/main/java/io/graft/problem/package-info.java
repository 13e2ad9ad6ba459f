/** Failures with a code and a type; every other package may use them. */
@NullMarked
package io.graft.problem;

import org.jspecify.annotations.NullMarked;
