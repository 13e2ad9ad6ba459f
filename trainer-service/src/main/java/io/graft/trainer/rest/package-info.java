/** The trainer's REST door: what stands where, and the same events for people with curl. */
@NullMarked
package io.graft.trainer.rest;

import org.jspecify.annotations.NullMarked;
