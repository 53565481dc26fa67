/** The frame: one observation of one host as bytes, read in place, checked once. */
@NullMarked
package io.acswatch.wire.frame;

import org.jspecify.annotations.NullMarked;
