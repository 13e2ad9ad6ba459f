/** The Open Inference Protocol, version 2: its documents and tensors, and what they mean for a task. Knows no HTTP. */
@NullMarked
package io.graft.inference.openinference;

import org.jspecify.annotations.NullMarked;
