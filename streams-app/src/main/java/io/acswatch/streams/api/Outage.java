package io.acswatch.streams.api;

/** Why an instance judges nothing, or not all, in one line for people, and since when. */
public record Outage(String reason, long sinceMillis) {}
