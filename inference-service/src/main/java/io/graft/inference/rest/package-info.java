/** The door for HTTP. */
@NullMarked
package io.graft.inference.rest;

import org.jspecify.annotations.NullMarked;
