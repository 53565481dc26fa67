/**
 * The directory that joins reader and sender: one file per frame, complete and checked or set
 * aside. Knows nothing of Kafka; {@code docs/spool.md} describes it.
 */
@NullMarked
package io.acswatch.collector.spool;

import org.jspecify.annotations.NullMarked;
