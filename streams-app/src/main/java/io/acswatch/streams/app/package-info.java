/**
 * The running application: settings, Kafka Streams, HTTP, metrics and topics, from its start to its
 * end.
 */
@NullMarked
package io.acswatch.streams.app;

import org.jspecify.annotations.NullMarked;
