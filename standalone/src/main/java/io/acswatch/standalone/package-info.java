/**
 * Everything in one process: an embedded broker, the collector and the streams application. Only
 * this package knows Kafka's server classes.
 */
@NullMarked
package io.acswatch.standalone;

import org.jspecify.annotations.NullMarked;
