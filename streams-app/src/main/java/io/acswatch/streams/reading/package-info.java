/** Looking at topics from the outside: following alerts, showing rejects, copying frames. */
@NullMarked
package io.acswatch.streams.reading;

import org.jspecify.annotations.NullMarked;
