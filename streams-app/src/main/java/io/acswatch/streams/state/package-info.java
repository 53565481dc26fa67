/** What the streams application keeps in its stores, as bytes. One packed form per class. */
@NullMarked
package io.acswatch.streams.state;

import org.jspecify.annotations.NullMarked;
