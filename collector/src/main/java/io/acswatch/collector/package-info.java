/**
 * The agent of one host: reads PCI and kernel state, writes captures, sends frames. It only ever
 * reads the host.
 */
@NullMarked
package io.acswatch.collector;

import org.jspecify.annotations.NullMarked;
