/** Train requests, one after the other for each partition: wait for the samples, train, publish. */
@NullMarked
package io.graft.trainer.queue;

import org.jspecify.annotations.NullMarked;
