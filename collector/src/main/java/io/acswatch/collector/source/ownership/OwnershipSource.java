package io.acswatch.collector.source.ownership;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One way to learn who owns what. */
interface OwnershipSource {
  ClaimSource kind();

  /**
   * Reads it.
   *
   * @param shared the processes and VFIO devices at this moment, shared by all sources
   * @throws IOException if nothing of it can be read
   */
  SourceClaims read(SharedReading shared) throws IOException;

  /**
   * What a source gave; it adds to the lists while it reads.
   *
   * @param problems parts that could not be read; the rest stands
   * @param unattributed processes that hold some device, nobody knows which
   */
  record SourceClaims(List<Claim> claims, List<String> problems, List<String> unattributed) {
    SourceClaims() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }
}
