/** The command line of the trainer's jar: the service without arguments, a command with them. */
@NullMarked
package io.graft.trainer.command;

import org.jspecify.annotations.NullMarked;
