/** What the commands print for people: the PCI tree of a host, groups, explanations. */
@NullMarked
package io.acswatch.collector.command.text;

import org.jspecify.annotations.NullMarked;
