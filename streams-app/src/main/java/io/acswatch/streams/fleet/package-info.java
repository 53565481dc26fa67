/**
 * What this process knows of the fleet: one short entry for each host whose state it keeps. Answers
 * the counts of the metrics and the lists of the page without reading the store.
 */
@NullMarked
package io.acswatch.streams.fleet;

import org.jspecify.annotations.NullMarked;
