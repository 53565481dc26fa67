/** What is printed for people: whether to colour it, and how. */
@NullMarked
package io.acswatch.wire.terminal;

import org.jspecify.annotations.NullMarked;
