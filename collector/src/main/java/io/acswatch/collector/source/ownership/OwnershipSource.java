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

  final class SourceClaims {
    private final List<Claim> claims = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> unattributed = new ArrayList<>();

    void claim(Claim claim) {
      claims.add(claim);
    }

    /** Notes a part that could not be read; the rest stands. */
    void problem(String what) {
      problems.add(what);
    }

    /** Notes a process that holds some device, nobody knows which. */
    void unattributed(String what) {
      unattributed.add(what);
    }

    List<Claim> claims() {
      return claims;
    }

    List<String> problems() {
      return problems;
    }

    List<String> unattributed() {
      return unattributed;
    }
  }
}
