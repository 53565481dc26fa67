package io.acswatch.collector.spool;

import org.jspecify.annotations.Nullable;

/** A frame with the signature of its host, null if it is not signed; nobody changes the bytes. */
public record SpooledFrame(byte[] bytes, byte @Nullable [] signature) {}
