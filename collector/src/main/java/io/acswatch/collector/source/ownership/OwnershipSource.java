package io.acswatch.collector.source.ownership;

import io.acswatch.collector.source.HostTree;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

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

    List<String> files(HostTree tree, String directory, Predicate<String> named)
        throws IOException {
      try {
        return tree.names(directory).stream()
            .filter(named)
            .map(name -> directory + "/" + name)
            .toList();
      } catch (AccessDeniedException denied) {
        problems.add(directory + ": permission denied");
        return List.of();
      }
    }
  }
}
