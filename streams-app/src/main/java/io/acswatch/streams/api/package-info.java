/**
 * The JSON API and the page: what this and the other instances know of hosts and alerts, for people
 * and scripts. Reads only.
 */
@NullMarked
package io.acswatch.streams.api;

import org.jspecify.annotations.NullMarked;
