/** The facts of a snapshot in few bytes, as states keep them. Knows nothing of frames. */
@NullMarked
package io.acswatch.wire.facts;

import org.jspecify.annotations.NullMarked;
