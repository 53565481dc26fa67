/** Sends frames to Kafka. The only package of the collector, but for settings, that knows Kafka. */
@NullMarked
package io.acswatch.collector.publish;

import org.jspecify.annotations.NullMarked;
