/** What a training run produces and what people ask of it: requests, progress, versions, promotions. */
@NullMarked
package io.graft.model;

import org.jspecify.annotations.NullMarked;
