/**
 * The commands: those that run the application, and those that look at its topics from outside,
 * with what they read and print.
 */
@NullMarked
package io.acswatch.streams.command;

import org.jspecify.annotations.NullMarked;
