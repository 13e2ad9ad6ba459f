/** Who may do what over HTTP, how often, and what is logged of those who may not; knows no HTTP. */
@NullMarked
package io.graft.access;

import org.jspecify.annotations.NullMarked;
