package io.acswatch.collector.source.ownership;

import io.acswatch.cli.Program;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import io.acswatch.collector.source.ReadGuard;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.OwnershipClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks all sources who owns what; one that fails is a named problem. Not thread-safe. */
public final class OwnershipReader {
  /** Between two full looks for changes: they walk over the processes where VFIO is in use. */
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(OwnershipReader.class);
  private static final Comparator<Claim> ORDER =
      Comparator.comparing(Claim::address)
          .thenComparing(Claim::source)
          .thenComparing(Claim::witness)
          .thenComparing(Claim::vm);

  private final HostTree tree;
  private final @Nullable Path ownersFile;
  private final Clock clock;
  private final ReadGuard guard;
  private final Map<ClaimSource, OwnershipSource> sources = new EnumMap<>(ClaimSource.class);
  private final Map<ClaimSource, SourceHealth> health = new EnumMap<>(ClaimSource.class);
  private Ownership last = new Ownership(List.of(), List.of());
  private List<Ownership.Conflict> lastConflicts = List.of();
  private Map<Integer, HostProcess> lastProcesses = Map.of();
  private String lastStamp = "";
  private long lastLookNanos;
  private boolean hasLooked;

  /**
   * A reader of all sources.
   *
   * @param tree the host; drop-in directories are looked for in it, too
   * @param ownersFile further file of {@code owner} lines, which precedes all; null for none
   * @param clock wall time, for claims whose beginning nobody knows
   */
  public OwnershipReader(HostTree tree, @Nullable Path ownersFile, Clock clock) {
    this(tree, ownersFile, clock, ReadGuard.none());
  }

  /** The same; asks {@code guard} before each process, for reading one may not return. */
  public OwnershipReader(HostTree tree, @Nullable Path ownersFile, Clock clock, ReadGuard guard) {
    this.guard = guard;
    this.tree = tree;
    this.ownersFile = ownersFile;
    this.clock = clock;
    sources.put(ClaimSource.OWNERS_FILE, new OwnerFiles.Named(ownersFile));
    sources.put(ClaimSource.LIBVIRT, new LibvirtSource());
    sources.put(ClaimSource.DESCRIPTOR, new DescriptorSource());
    sources.put(ClaimSource.COMMAND_LINE, new CommandLineSource());
    sources.put(ClaimSource.DROP_IN, new OwnerFiles.DropIns());
  }

  /** The claims on the host of {@code reader} now, for commands that look once. */
  public static List<OwnershipClaim> claimsOf(HostReader reader) {
    return new OwnershipReader(reader.tree(), null, reader.clock()).read().toOwnershipClaims();
  }

  /** Reads all sources. A claim that goes on standing keeps the time it had at first. */
  public Ownership read() {
    lastStamp = stamp();
    List<Claim> claims = new ArrayList<>();
    Set<String> unattributed = new LinkedHashSet<>();
    SharedReading shared = shared();
    for (ClaimSource kind : sources.keySet()) {
      OwnershipSource.SourceClaims found = ask(kind, shared);
      claims.addAll(found.claims);
      unattributed.addAll(found.unattributed);
    }
    if (shared != null) {
      lastProcesses = shared.processes();
    }
    last = new Ownership(inOrder(claims), List.copyOf(unattributed));
    reportConflicts();
    return last;
  }

  /**
   * Looks whether {@link #read} would give something else than it did last: at every call by the
   * times of the files, and every ten seconds by reading all.
   *
   * @param nanos the time, from any beginning
   */
  public boolean hasChanged(long nanos) {
    boolean due = !hasLooked || nanos - lastLookNanos >= LOOK_INTERVAL.toNanos();
    if (!due && stamp().equals(lastStamp)) {
      return false;
    }
    hasLooked = true;
    lastLookNanos = nanos;
    Ownership earlier = last;
    return !read().claims().equals(earlier.claims());
  }

  /** The functions that a VFIO driver holds: what somebody owns, or is about to. */
  public static List<PciAddress> boundToVfio(HostTree tree) throws IOException {
    return List.copyOf(VfioDevices.read(tree).bound());
  }

  /** How each kind of source does, in order of rank; empty before the first reading. */
  public List<SourceHealth> health() {
    return List.copyOf(health.values());
  }

  public Ownership last() {
    return last;
  }

  private @Nullable SharedReading shared() {
    try {
      return new SharedReading(tree, clock.instant(), guard, lastProcesses);
    } catch (IOException unreadable) {
      LOG.warn("no ownership: {}", Program.describe(unreadable));
      return null;
    }
  }

  private OwnershipSource.SourceClaims ask(ClaimSource kind, @Nullable SharedReading shared) {
    long begin = System.nanoTime();
    OwnershipSource.SourceClaims found = new OwnershipSource.SourceClaims();
    try {
      if (shared == null) {
        found.problems.add("the drivers of the PCI bus cannot be listed");
      } else {
        found = Objects.requireNonNull(sources.get(kind)).read(shared);
      }
    } catch (IOException failed) {
      found.problems.add(String.valueOf(failed.getMessage()));
    }
    note(kind, Duration.ofNanos(System.nanoTime() - begin), found);
    return found;
  }

  private void note(ClaimSource kind, Duration took, OwnershipSource.SourceClaims found) {
    SourceHealth before = health.get(kind);
    boolean failed = !found.problems.isEmpty();
    if (failed && (before == null || !before.problems().equals(found.problems))) {
      LOG.warn("owners by {}: {}", kind.label(), String.join("; ", found.problems));
    }
    health.put(kind, new SourceHealth(kind, took, found.claims.size(), found.problems));
  }

  private List<Claim> inOrder(List<Claim> claims) {
    List<Claim> ordered = new ArrayList<>(claims);
    ordered.sort(ORDER);
    List<Claim> result = new ArrayList<>(ordered.size());
    int from = 0; // both lists are in this order, so that one pass over each is enough
    for (Claim claim : ordered) {
      if (!result.isEmpty() && result.get(result.size() - 1).saysTheSameAs(claim)) {
        continue; // two processes of one VM hold one device
      }
      while (from < last.claims().size() && ORDER.compare(last.claims().get(from), claim) < 0) {
        from++;
      }
      boolean stood = from < last.claims().size() && last.claims().get(from).saysTheSameAs(claim);
      result.add(stood ? last.claims().get(from) : claim);
    }
    return result;
  }

  private void reportConflicts() {
    List<Ownership.Conflict> conflicts = last.conflicts();
    for (Ownership.Conflict conflict : conflicts) {
      if (!lastConflicts.contains(conflict)) {
        LOG.warn("{}", conflict.described());
      }
    }
    lastConflicts = conflicts;
  }

  /**
   * Names, times and lengths of the files that claims come from; cheap, and needs no permission.
   */
  private String stamp() {
    StringBuilder stamp = new StringBuilder();
    if (ownersFile != null) {
      append(stamp, ownersFile);
    }
    for (String directory : LibvirtSource.DIRECTORIES) {
      appendDirectory(stamp, directory, ".xml");
    }
    for (String directory : OwnerFiles.DropIns.DIRECTORIES) {
      appendDirectory(stamp, directory, OwnerFiles.DropIns.ENDING);
    }
    return stamp.toString();
  }

  private void appendDirectory(StringBuilder stamp, String directory, String ending) {
    try {
      for (String name : tree.names(directory)) {
        if (name.endsWith(ending)) {
          append(stamp, tree.file(directory + "/" + name));
        }
      }
    } catch (IOException unreadable) {
      stamp.append(directory).append(" unreadable\n");
    }
  }

  private static void append(StringBuilder stamp, Path file) {
    stamp.append(file);
    try {
      stamp.append(' ').append(Files.getLastModifiedTime(file).toMillis());
      stamp.append(' ').append(Files.size(file)).append('\n');
    } catch (IOException absent) {
      stamp.append(" absent\n");
    }
  }
}
