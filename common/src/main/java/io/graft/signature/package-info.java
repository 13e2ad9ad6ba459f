/** Who made a model: Ed25519 signatures on {@code model-ready} records. */
@NullMarked
package io.graft.signature;

import org.jspecify.annotations.NullMarked;
