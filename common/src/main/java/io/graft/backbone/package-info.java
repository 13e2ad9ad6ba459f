/** The frozen encoder: decode, preprocess, embed. Nothing outside this package knows DJL or a tensor, but the head training. */
@NullMarked
package io.graft.backbone;

import org.jspecify.annotations.NullMarked;
