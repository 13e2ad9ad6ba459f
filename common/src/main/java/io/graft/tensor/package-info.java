/** Named tensors in a file that holds numbers and never code. */
@NullMarked
package io.graft.tensor;

import org.jspecify.annotations.NullMarked;
