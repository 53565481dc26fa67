package io.acswatch.collector.source.ownership;

import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.OwnersReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of {@code owner} lines. One that is damaged, or vanishes behind a permission, is a
 * problem and its claims of before stand: an orchestrator's typing error must not make its VMs'
 * devices nobody's. One that is removed takes its claims with it. Not thread-safe.
 */
final class OwnerFiles {
  private final Map<String, List<OwnershipClaim>> lastRead = new HashMap<>();
  private final ClaimSource kind;

  OwnerFiles(ClaimSource kind) {
    this.kind = kind;
  }

  void retain(List<String> names) {
    lastRead.keySet().retainAll(names);
  }

  /**
   * Reads one file.
   *
   * @param name what remembers it, and what messages call it
   * @param witness what its claims name as their witness, before the source that a line names
   */
  void read(
      String name, Path file, String witness, Instant now, OwnershipSource.SourceClaims found) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new InputException(name, "not a file");
      }
      lastRead.put(name, OwnersReader.read(file));
    } catch (IOException damaged) {
      List<OwnershipClaim> kept = lastRead.getOrDefault(name, List.of());
      found.problems.add(
          damaged.getMessage() + "; the " + kept.size() + " claims read before stand");
    }
    Instant since = modified(file, now);
    for (OwnershipClaim claim : lastRead.getOrDefault(name, List.of())) {
      found.claims.add(
          new Claim(
              claim.address(),
              VmName.clean(claim.vm()),
              kind,
              VmName.clean(witness + claim.source()),
              since));
    }
  }

  private static Instant modified(Path file, Instant otherwise) {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (IOException gone) {
      return otherwise;
    }
  }

  /** The one file that the operator named; always outside the host's tree. */
  static final class Named implements OwnershipSource {
    private final @Nullable Path file;
    private final OwnerFiles files = new OwnerFiles(ClaimSource.OWNERS_FILE);

    Named(@Nullable Path file) {
      this.file = file;
    }

    @Override
    public SourceClaims read(SharedReading shared) {
      SourceClaims found = new SourceClaims();
      if (file != null) {
        files.read(file.toString(), file, "", shared.now(), found);
      }
      return found;
    }
  }

  /** The drop-in directories: their files that end in {@code .owners}. */
  static final class DropIns implements OwnershipSource {
    static final List<String> DIRECTORIES =
        List.of("/etc/acswatch/owners.d", "/run/acswatch/owners.d");

    static final String ENDING = ".owners";

    private final OwnerFiles files = new OwnerFiles(ClaimSource.DROP_IN);

    @Override
    public SourceClaims read(SharedReading shared) throws IOException {
      SourceClaims found = new SourceClaims();
      List<String> paths = new ArrayList<>();
      for (String directory : DIRECTORIES) {
        paths.addAll(found.files(shared.tree(), directory, DropIns::isWhole));
      }
      files.retain(paths);
      for (String path : paths) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        files.read(path, shared.tree().file(path), "drop-in " + name + ": ", shared.now(), found);
      }
      return found;
    }

    /** Names that begin with a dot are those of files still being written. */
    private static boolean isWhole(String name) {
      return name.endsWith(ENDING) && !name.startsWith(".");
    }
  }
}
