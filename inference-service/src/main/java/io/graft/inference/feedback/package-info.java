/** Answers that come back: what was predicted lately, its right label to {@code labelled-samples}, and whom to ask for one. */
@NullMarked
package io.graft.inference.feedback;

import org.jspecify.annotations.NullMarked;
