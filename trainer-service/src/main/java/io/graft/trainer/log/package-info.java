/** One task's features, versions and samples, read from the topics when somebody asks. */
@NullMarked
package io.graft.trainer.log;

import org.jspecify.annotations.NullMarked;
