/** Traces: which record or request a piece of work belongs to, in the terms of OpenTelemetry. */
@NullMarked
package io.graft.trace;

import org.jspecify.annotations.NullMarked;
