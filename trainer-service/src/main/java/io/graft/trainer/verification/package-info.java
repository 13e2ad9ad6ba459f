/**
 * Makes a version again from the log and compares. The core, {@code VersionVerification}, knows no framework, so that a command
 * line can do it too.
 */
@NullMarked
package io.graft.trainer.verification;

import org.jspecify.annotations.NullMarked;
