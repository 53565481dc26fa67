/**
 * Alerts for consumers: as JSON, one line each, and as text for people. The schema of the JSON is
 * the resource {@code alert-v1.schema.json} beside this package.
 */
@NullMarked
package io.acswatch.wire.json;

import org.jspecify.annotations.NullMarked;
