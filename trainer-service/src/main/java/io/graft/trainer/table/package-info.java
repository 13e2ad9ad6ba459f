/** The features of the partitions that this replica owns, in memory. */
@NullMarked
package io.graft.trainer.table;

import org.jspecify.annotations.NullMarked;
