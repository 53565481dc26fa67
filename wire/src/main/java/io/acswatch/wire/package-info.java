/**
 * What all rooms of this module share. The rooms: {@code frame} (an observation as bytes), {@code
 * facts} (a snapshot as states keep it), {@code text} (captures) and {@code json} (alerts and
 * answers). None of them uses another one; Chronicle Bytes is used in {@code frame} and nowhere
 * else.
 */
@NullMarked
package io.acswatch.wire;

import org.jspecify.annotations.NullMarked;
