/** Files from the web, pinned by their digests and kept on disk. */
@NullMarked
package io.graft.download;

import org.jspecify.annotations.NullMarked;
