/**
 * Finds out which VM owns which function, from what VMMs, libvirt and orchestrators leave to see on
 * the host. Claims are facts that somebody states; a function that nobody claims stays without one.
 */
@NullMarked
package io.acswatch.collector.source.ownership;

import org.jspecify.annotations.NullMarked;
