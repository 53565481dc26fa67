package io.acswatch.pci.snapshot;

/**
 * A collector's word that its host was looked at again and is as its last whole snapshot says. It
 * stands for that snapshot, taken again, so whoever knows another one has missed something.
 *
 * @param lookedAtMillis wall clock of the last look at all functions, milliseconds since 1970, 0 if
 *     unknown
 * @param sequence rises with every frame of a boot; 0 if unknown
 * @param stateSequence number of the last whole snapshot
 * @param digest of the frame of that snapshot
 */
public record Unchanged(
    String host,
    String bootId,
    long lookedAtMillis,
    long sequence,
    long stateSequence,
    ContentDigest digest) {}
