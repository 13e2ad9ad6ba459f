/** What every stage of the trainer stands on: configuration, topics, backbones. */
@NullMarked
package io.graft.trainer.setup;

import org.jspecify.annotations.NullMarked;
