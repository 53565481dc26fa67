package io.acswatch.benchmarks.jmh;

import io.acswatch.pci.groups.SnapshotGrouping;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.simulate.LoadHost;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time to derive the groups of a whole host from its facts: by the kernel's rules, and truly. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class DeriveGroupsBenchmark {
  @Param({"16", "100", "1000", "4096"})
  int functions;

  private Snapshot snapshot;
  private ModelChoice legacy;

  /** Makes the host, and refuses to measure a wrong answer. */
  @Setup
  public void setUp() {
    snapshot = Snapshot.of(LoadHost.of(7, 0, functions).snapshot(1_000_000));
    legacy = ModelChoice.of(snapshot.boot(), null);
    GroupPartition kernel = SnapshotGrouping.reported(snapshot);
    if (!legacy().equals(kernel)
        || !strict().equals(SnapshotGroups.of(snapshot, null).strict())
        || strict().size() != snapshot.functions().size()) {
      throw new IllegalStateException("functions=" + functions + ": other groups than the host's");
    }
  }

  /** As the host's kernel forms them. */
  @Benchmark
  public GroupPartition legacy() {
    return SnapshotGrouping.grouping(snapshot, legacy, null).derive();
  }

  /** What the hardware isolates. */
  @Benchmark
  public GroupPartition strict() {
    return SnapshotGrouping.grouping(snapshot, legacy, null).strict();
  }
}
