/**
 * What people have in hand of a host: files, directories and archives, told by their content, put
 * together to a {@link io.acswatch.wire.text.PostedHost}.
 */
@NullMarked
package io.acswatch.collector.posted;

import org.jspecify.annotations.NullMarked;
