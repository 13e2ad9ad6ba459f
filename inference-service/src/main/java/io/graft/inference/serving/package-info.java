/** What serves: verified versions, promotions, and the swap between them. */
@NullMarked
package io.graft.inference.serving;

import org.jspecify.annotations.NullMarked;
