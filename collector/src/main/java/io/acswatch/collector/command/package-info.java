/**
 * The commands of one host. Each prints its result to standard output, says on standard error what
 * went wrong, and ends with one of the {@linkplain io.acswatch.collector.command.ExitCode exit
 * codes} that scripts rely on.
 */
@NullMarked
package io.acswatch.collector.command;

import org.jspecify.annotations.NullMarked;
