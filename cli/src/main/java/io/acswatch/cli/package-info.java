/**
 * What all commands share: how they start, stop and fail, what they print, and their settings.
 * Knows picocli and the JDK, and nothing of PCI or Kafka.
 */
@NullMarked
package io.acswatch.cli;

import org.jspecify.annotations.NullMarked;
