/** Who a client is, before any call: by a key, by a token or nobody; and how often it calls. */
@NullMarked
package io.graft.trainer.access;

import org.jspecify.annotations.NullMarked;
