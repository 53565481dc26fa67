package io.acswatch.collector.spool;

import java.time.Duration;

/**
 * What a spool may hold.
 *
 * @param bytes most bytes of all files together; the newest snapshot stays in any case
 * @param age frames that explain no boundary of boots go when they are older
 */
public record SpoolLimits(long bytes, Duration age) {}
