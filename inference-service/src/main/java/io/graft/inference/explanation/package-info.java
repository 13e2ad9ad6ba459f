/** Why a version answered as it did. */
@NullMarked
package io.graft.inference.explanation;

import org.jspecify.annotations.NullMarked;
