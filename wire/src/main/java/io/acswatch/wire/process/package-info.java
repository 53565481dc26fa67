/** What a process of ours leaves behind. */
@NullMarked
package io.acswatch.wire.process;

import org.jspecify.annotations.NullMarked;
