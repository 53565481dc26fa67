/** What the streams application keeps in its stores, as bytes. One packed form per class. */
@NullMarked
package io.acswatch.streams.serde;

import org.jspecify.annotations.NullMarked;
