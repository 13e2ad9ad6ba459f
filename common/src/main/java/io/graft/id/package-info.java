/** Ids are types: what each stage of the flow is called by. */
@NullMarked
package io.graft.id;

import org.jspecify.annotations.NullMarked;
