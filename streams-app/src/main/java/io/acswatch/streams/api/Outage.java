package io.acswatch.streams.api;

/**
 * Why an instance judges nothing.
 *
 * @param reason one line for people
 * @param sinceMillis since when, milliseconds since 1970
 */
public record Outage(String reason, long sinceMillis) {}
