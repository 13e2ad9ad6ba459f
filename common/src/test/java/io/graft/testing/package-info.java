/** What tests and the local stack share: a real broker, images to train on, ports. */
@NullMarked
package io.graft.testing;

import org.jspecify.annotations.NullMarked;
