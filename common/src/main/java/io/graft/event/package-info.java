/** What every event has in common: topics, JSON, CloudEvents, dead letters, replay. */
@NullMarked
package io.graft.event;

import org.jspecify.annotations.NullMarked;
