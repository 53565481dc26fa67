package io.acswatch.benchmarks.jmh;

import io.acswatch.benchmarks.walk.Corpus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.FrameReader;
import io.acswatch.wire.FrameWriter;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertJson;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time to write what goes to a topic: a frame of a hundred functions, and an alert. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class WriteBenchmark {
  private Capture capture;
  private IsolationAlert alert;

  /** Makes both, and refuses to measure a wrong answer. */
  @Setup
  public void setUp() throws InputException {
    LoadHost host = LoadHost.of(7, 0, Corpus.FUNCTIONS);
    capture = host.snapshot(1_000_000);
    HostState state = Judgement.apply(HostState.NONE, Snapshot.of(capture)).state();
    host.lose();
    List<IsolationAlert> alerts =
        Judgement.apply(state, Snapshot.of(host.snapshot(1_001_000))).alerts();
    alert =
        alerts.stream()
            .max(Comparator.comparing(a -> AlertJson.writeBytes(a).length))
            .orElseThrow();
    FrameReader reader = new FrameReader();
    if (reader.wrap(frame()) != null || reader.functionCount() != Corpus.FUNCTIONS) {
      throw new IllegalStateException("functions=" + reader.functionCount());
    }
    if (!AlertJson.read(alert()).equals(alert)) {
      throw new IllegalStateException("the alert does not come back: " + alert);
    }
  }

  /** A capture as a frame. */
  @Benchmark
  public byte[] frame() {
    return FrameWriter.write(capture);
  }

  /** The largest alert of a lost bit as JSON. */
  @Benchmark
  public byte[] alert() {
    return AlertJson.writeBytes(alert);
  }
}
