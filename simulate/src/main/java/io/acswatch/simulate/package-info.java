/**
 * A simulated fleet: hosts, what happens to them, the frames their collectors send and the alerts
 * that must come. The same seed gives the same bytes on every JDK. Knows how a frame is written and
 * nothing of how one is judged.
 */
@NullMarked
package io.acswatch.simulate;

import org.jspecify.annotations.NullMarked;
