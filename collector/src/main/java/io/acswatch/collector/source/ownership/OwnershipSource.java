package io.acswatch.collector.source.ownership;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

@FunctionalInterface
interface OwnershipSource {
  /**
   * Reads it.
   *
   * @param shared the processes and VFIO devices at this moment, shared by all sources
   * @throws IOException if nothing of it can be read
   */
  SourceClaims read(SharedReading shared) throws IOException;

  /** What a source gave; it adds to the lists while it reads. */
  final class SourceClaims {
    final List<Claim> claims = new ArrayList<>();

    /** Parts that could not be read; the rest stands. */
    final List<String> problems = new ArrayList<>();

    /** Processes that hold some device, nobody knows which. */
    final List<String> unattributed = new ArrayList<>();
  }
}
