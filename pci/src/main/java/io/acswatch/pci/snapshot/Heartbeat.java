package io.acswatch.pci.snapshot;

import io.acswatch.pci.iommu.Boot;
import java.util.List;

/**
 * A collector's word that it lives, and how it fares. Tells nothing about functions; silence where
 * these are expected means that a host is not watched.
 *
 * @param takenAtMillis wall clock, milliseconds since 1970, 0 if unknown
 * @param sequence rises with every frame of a boot; 0 if unknown
 * @param stateSequence number of the last snapshot before it, 0 if there was none: whoever knows
 *     another one has missed something
 * @param droppedFrames frames the spool gave up since it was made, damaged ones included
 * @param notes how each source fares, one line each: {@code source=pci success=1 millis=12}
 */
public record Heartbeat(
    String host,
    Boot boot,
    long takenAtMillis,
    long sequence,
    long stateSequence,
    boolean kexecLoaded,
    String collectorVersion,
    int waitingFrames,
    long waitingBytes,
    long droppedFrames,
    List<String> notes) {
  public Heartbeat {
    notes = List.copyOf(notes);
  }
}
