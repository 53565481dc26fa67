/**
 * What was read from a host, undecoded. The common form of capture files, frames and the
 * collector's sources.
 */
@NullMarked
package io.acswatch.pci.capture;

import org.jspecify.annotations.NullMarked;
