/** From a snapshot of features to a head, its evaluation and the verdict on its promotion: pure, without a framework. */
@NullMarked
package io.graft.trainer.training;

import org.jspecify.annotations.NullMarked;
