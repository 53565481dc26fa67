/**
 * Types and serdes of the topics that others read: alerts and groups. Depends on nothing else of
 * acswatch; how to use it is told in {@code docs/consume.md}.
 */
@NullMarked
package io.acswatch.client;

import org.jspecify.annotations.NullMarked;
