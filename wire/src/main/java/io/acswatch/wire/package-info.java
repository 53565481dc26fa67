/**
 * How a host's observations look as bytes and as text: frames, captures, alerts. Chronicle Bytes is
 * used here and nowhere else.
 */
@NullMarked
package io.acswatch.wire;

import org.jspecify.annotations.NullMarked;
