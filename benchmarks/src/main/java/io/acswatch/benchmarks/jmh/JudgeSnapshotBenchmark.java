package io.acswatch.benchmarks.jmh;

import io.acswatch.benchmarks.walk.Corpus;
import io.acswatch.pci.groups.SnapshotGrouping;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.simulate.LoadHost;
import io.acswatch.streams.state.PackedState;
import io.acswatch.wire.frame.FrameDigest;
import io.acswatch.wire.frame.FrameWriter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;

/**
 * Time from the bytes of a record to the next state of its host, per function, as the topology
 * goes: of a snapshot that repeats the last one, and of one in which a port lost a bit; and of that
 * the groups alone. A simulated host of a hundred functions.
 */
public class JudgeSnapshotBenchmark extends FrameBenchmark {
  private byte[] stored;
  private byte[] repetition;
  private byte[] change;
  private Snapshot host;
  private ModelChoice model;

  /** Judges a first snapshot, and refuses to measure a wrong answer. */
  @Setup
  public void setUp() {
    LoadHost load = LoadHost.of(7, 0, Corpus.FUNCTIONS);
    Capture first = load.snapshot(1_000_000);
    repetition = FrameWriter.write(load.snapshot(1_001_000));
    load.lose();
    change = FrameWriter.write(load.snapshot(1_002_000));
    byte[] frame = FrameWriter.write(first);
    Snapshot snapshot = decoded(frame);
    host = snapshot;
    model = ModelChoice.of(snapshot.boot(), null);
    if (!derived().equals(SnapshotGrouping.reported(snapshot))
        || strict().size() != Corpus.FUNCTIONS) {
      throw new IllegalStateException("other groups than the host's");
    }
    PackedState nothing = new PackedState(null);
    HostState state = Judgement.apply(nothing.unpack(), snapshot).state();
    stored = nothing.next(state, snapshot, FrameDigest.of(frame));
    if (!unchanged() || snapshot.functions().size() != Corpus.FUNCTIONS) {
      throw new IllegalStateException("no repetition, or not all functions");
    }
    Judged judged = Judgement.apply(new PackedState(stored).unpack(), decoded(change));
    if (judged.alerts().isEmpty() || changed().length <= stored.length) {
      throw new IllegalStateException("alerts=" + judged.alerts().size() + ", expected some");
    }
  }

  /** A snapshot that says the same: decoded, compared as facts, and its digest is taken. */
  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public boolean unchanged() {
    PackedState state = new PackedState(stored);
    return state.isRepeatedBy(decoded(repetition)) && state.has(FrameDigest.of(repetition));
  }

  /** A snapshot in which one port lost a bit: decoded, judged, packed. */
  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public byte[] changed() {
    PackedState state = new PackedState(stored);
    Snapshot snapshot = decoded(change);
    if (state.isRepeatedBy(snapshot)) {
      throw new IllegalStateException("a change is no repetition");
    }
    return state.next(
        Judgement.apply(state.unpack(), snapshot).state(), snapshot, FrameDigest.of(change));
  }

  /** The groups of the snapshot, as the host's kernel forms them. */
  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public GroupPartition derived() {
    return SnapshotGrouping.grouping(host, model, null).derive();
  }

  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public GroupPartition strict() {
    return SnapshotGrouping.grouping(host, model, null).strict();
  }
}
