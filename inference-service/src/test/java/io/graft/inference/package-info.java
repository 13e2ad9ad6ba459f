@NullMarked
package io.graft.inference;

import org.jspecify.annotations.NullMarked;
